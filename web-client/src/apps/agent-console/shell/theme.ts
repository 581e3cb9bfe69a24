import { ref } from 'vue'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'desk.theme'
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')

function stored(): Theme {
  const value = localStorage.getItem(storageKey)
  return themes.find((theme) => theme === value) ?? 'system'
}

export const theme = ref<Theme>(stored())

export function setTheme(next: Theme): void {
  theme.value = next
  localStorage.setItem(storageKey, next)
  applyTheme()
}

export function applyTheme(): void {
  const dark = theme.value === 'dark' || (theme.value === 'system' && prefersDark.matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}

prefersDark.addEventListener('change', applyTheme)
