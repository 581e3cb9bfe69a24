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

/** Failures of a job show in the review only: from time to time it is read although nothing new exists. */
const readAnywayEvery = 10

/**
 * One recording under review. While jobs finish, the page asks what exists (no viewing) and reads the review again only when that has
 * changed: each reading of it is a line in the custody log.
 */
export function useReview(recordingId: Ref<string>) {
  const { review: api } = useServices()
  const view = shallowRef<ReviewView | null>(null)
  const phase = ref<ReviewPhase>('loading')
  const error = shallowRef<ProblemError | null>(null)
  const making = computed(() => view.value !== null && pending(view.value))
  let timer: ReturnType<typeof setTimeout> | undefined
  let generation = 0
  let made: string | null = null
  let rounds = 0

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
      // The viewing goes on under its first name, whatever the server calls this reading.
      view.value = { ...result.value, viewId: view.value?.viewId ?? result.value.viewId }
      phase.value = 'ready'
    } else if (view.value === null) {
      error.value = result.error
      phase.value = result.error.status === 404 ? 'not_found' : 'failed'
    }
    made = null
    rounds = 0
    lookAgain()
  }

  function lookAgain(): void {
    const now = view.value
    if (now !== null && pending(now)) timer = setTimeout(() => void look(now), againMs)
  }

  async function look(now: ReviewView): Promise<void> {
    const mine = generation
    const sealed = now.seal === null && await api.isSealed(now.case.recordingId)
    const exists = await api.made(now.case.callId)
    if (mine !== generation) return
    const before = made
    made = exists
    if (sealed || (before !== null && exists !== before) || ++rounds % readAnywayEvery === 0) await load()
    else lookAgain()
  }

  watch(recordingId, () => void load(true), { immediate: true })
  onScopeDispose(() => {
    generation++
    clearTimeout(timer)
  })

  return { view, phase, error, making, load }
}
