import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** The time of day as a ref, for ages and countdowns. */
export function useNow(everyMilliseconds = 1_000): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), everyMilliseconds)
  onScopeDispose(() => clearInterval(timer))
  return readonly(now)
}
