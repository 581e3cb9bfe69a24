import type { BrowserKind } from '@/media/browser'
import type { CaptureFailure } from '@/media/capture-failure'
import type { BuyerMessage } from '../messages'

type StepFamily =
  | 'safari_ios' | 'chrome_ios' | 'chrome_android' | 'firefox' | 'safari_mac' | 'desktop' | 'in_app' | 'other'
  | 'system_ios' | 'system_android' | 'system_desktop'

/** Which three steps undo a refusal; null where there is nothing to switch. */
export function stepsFor(failure: CaptureFailure, browser: BrowserKind): readonly BuyerMessage[] | null {
  if (failure === 'denied_by_system') return steps(`system_${browser.system}`)
  if (failure !== 'denied') return null
  return steps(browser.inApp === null ? browser.browser : 'in_app')
}

function steps(family: StepFamily): readonly BuyerMessage[] {
  return [`steps.${family}.1`, `steps.${family}.2`, `steps.${family}.3`]
}
