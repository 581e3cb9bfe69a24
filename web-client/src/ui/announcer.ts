import { readonly, shallowRef } from 'vue'

/** What screen readers hear. `assertive` interrupts: only for what needs action now. */
export type Announcement = { readonly text: string; readonly urgent: boolean; readonly id: number }

const latest = shallowRef<Announcement>({ text: '', urgent: false, id: 0 })
export const announcement = readonly(latest)

export function announce(text: string, urgent = false): void {
  latest.value = { text, urgent, id: latest.value.id + 1 }
}

export type Toast = { readonly id: number; readonly text: string }
const shown = shallowRef<readonly Toast[]>([])
export const toasts = readonly(shown)
let nextToast = 1

/** A short note that goes away; also announced. 5 s is enough to read two lines. */
export function toast(text: string, forMs = 5_000): void {
  const id = nextToast++
  shown.value = [...shown.value.slice(-2), { id, text }]
  announce(text)
  setTimeout(() => { shown.value = shown.value.filter((one) => one.id !== id) }, forMs)
}
