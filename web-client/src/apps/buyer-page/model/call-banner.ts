import type { IconName } from '@/ui/icons'
import { t } from '../messages'
import type { CallScreenView } from './screen'

export type Banner = {
  readonly text: string
  readonly more: string | null
  readonly icon: IconName
  readonly tone: 'calm' | 'warn'
  /** Something is under way: show that it moves. */
  readonly waiting: boolean
}

/** One line, the most important first: what keeps the two from seeing and hearing each other. */
export function callBanner(view: CallScreenView): Banner | null {
  const agent = view.agentName
  switch (view.phase) {
    case 'reconnecting':
      return waiting(t('call.reconnecting'), t('call.reconnecting_seconds', { seconds: view.reconnectingSeconds }), 'warn')
    case 'connecting': return waiting(t('call.connecting', { agent }))
    case 'waiting_agent': return waiting(t('call.waiting_agent', { agent }), t('call.waiting_hint'))
    case 'live': return liveBanner(view, agent)
  }
}

function liveBanner(view: CallScreenView, agent: string): Banner | null {
  if (view.own.microphone === 'failed') return note(t('call.microphone_failed'), 'microphone_off', 'warn')
  if (view.agent === 'left') return waiting(t('call.agent_left', { agent }))
  if (view.agent === 'reconnecting') return waiting(t('call.agent_reconnecting', { agent }))
  if (view.weak !== 'none') return { ...note(t(`call.weak.${view.weak}`), 'signal', 'warn'), more: t('call.weak_more') }
  if (view.quality === 'poor') return note(t('call.quality_poor_hint'), 'signal', 'warn')
  if (view.own.muted) return note(t('call.own_muted'), 'microphone_off')
  if (view.agentMuted) return note(t('call.agent_muted', { agent }), 'microphone_off')
  return null
}

function waiting(text: string, more: string | null = null, tone: Banner['tone'] = 'calm'): Banner {
  return { text, more, icon: 'clock', tone, waiting: true }
}

function note(text: string, icon: IconName, tone: Banner['tone'] = 'calm'): Banner {
  return { text, more: null, icon, tone, waiting: false }
}
