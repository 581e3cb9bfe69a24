import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { Verification } from '@/evidence/verification'
import { useServices } from '../../services'
import type { IntegrityAddresses, IntegrityProgress } from './integrityRun'

export type IntegrityPhase = 'waiting' | 'asked' | 'running' | 'done' | 'broke'

/** Beyond this the check fetches more than a person on a slow line may want without having asked. */
const unaskedBytes = 300 * 1024 * 1024

/** Checks a sealed recording once it is sealed: by itself when it is small, else when asked. */
export function useIntegrity(at: Ref<IntegrityAddresses | null>, bytes: Ref<number>) {
  const { integrity } = useServices()
  const phase = ref<IntegrityPhase>('waiting')
  const progress = shallowRef<IntegrityProgress | null>(null)
  const verification = shallowRef<Verification | null>(null)
  let abort: AbortController | null = null

  async function run(): Promise<void> {
    abort?.abort()
    const mine = abort = new AbortController()
    const addresses = at.value
    if (addresses === null) return
    phase.value = 'running'
    progress.value = null
    try {
      const found = await integrity(addresses, (now) => { if (!mine.signal.aborted) progress.value = now }, mine.signal)
      if (mine.signal.aborted) return
      verification.value = found
      phase.value = 'done'
    } catch {
      if (!mine.signal.aborted) phase.value = 'broke'
    }
  }

  watch(() => (at.value === null ? '' : `${at.value.recordingId} ${at.value.manifestUrl}`), (sealed) => {
    abort?.abort()
    verification.value = null
    phase.value = sealed === '' ? 'waiting' : 'asked'
    if (sealed !== '' && bytes.value <= unaskedBytes) void run()
  }, { immediate: true })
  onScopeDispose(() => abort?.abort())

  return { phase, progress, verification, run }
}
