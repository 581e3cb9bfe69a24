import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'
import { useCallStore } from './callStore'

/** Times of the call on the page's monotonic clock, in seconds; null while there are none. */
export function useCallClock(): { readonly elapsed: ComputedRef<number | null>; readonly interrupted: ComputedRef<number | null>; readonly stillAge: ComputedRef<number | null> } {
  const call = useCallStore()
  const now = ref(performance.now())
  const timer = setInterval(() => (now.value = performance.now()), 500)
  onScopeDispose(() => clearInterval(timer))
  const since = (atMs: number | null): number | null => (atMs === null ? null : Math.max(0, (now.value - atMs) / 1000))
  return { elapsed: computed(() => since(call.state.startedAtMs)), interrupted: computed(() => since(call.state.interruptedAtMs)), stillAge: computed(() => since(call.buyerStill?.atMs ?? null)) }
}
