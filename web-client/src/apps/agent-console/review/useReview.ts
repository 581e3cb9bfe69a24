import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { ReviewView } from '@/contracts/generated'
import type { ProblemError } from '@/signalling/problem'
import { useServices } from '../services'

export type ReviewPhase = 'loading' | 'ready' | 'not_found' | 'failed'

const againMs = 3_000

/** What is still being made, so that the page looks again until it is there. */
export function pending(view: ReviewView): boolean {
  const { state } = view.case
  if (state === 'recording' || state === 'muxing' || view.courtCopy.state === 'queued' || view.courtCopy.state === 'making') return true
  const playable = state === 'ready' || state === 'partial'
  return playable && (view.seal === null || view.playback?.waveformUrl == null || (view.playback.pictureUrl !== null && view.playback.storyboardUrl === null))
}

/** One recording under review: read once as a new viewing, then again under the same viewing while jobs finish. */
export function useReview(recordingId: Ref<string>) {
  const { review: api } = useServices()
  const view = shallowRef<ReviewView | null>(null)
  const phase = ref<ReviewPhase>('loading')
  const error = shallowRef<ProblemError | null>(null)
  const making = computed(() => view.value !== null && pending(view.value))
  let timer: ReturnType<typeof setTimeout> | undefined
  let generation = 0

  async function load(fresh = false): Promise<void> {
    clearTimeout(timer)
    const mine = ++generation
    if (fresh) {
      view.value = null
      phase.value = 'loading'
    }
    const result = await api.review(recordingId.value, view.value?.viewId ?? null)
    if (mine !== generation) return
    if (result.ok) {
      view.value = result.value
      phase.value = 'ready'
    } else if (view.value === null) {
      error.value = result.error
      phase.value = result.error.status === 404 ? 'not_found' : 'failed'
    }
    if (view.value !== null && pending(view.value)) timer = setTimeout(() => void load(), againMs)
  }

  watch(recordingId, () => void load(true), { immediate: true })
  onScopeDispose(() => {
    generation++
    clearTimeout(timer)
  })

  return { view, phase, error, making, load }
}
