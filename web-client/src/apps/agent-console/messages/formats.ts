import type { Language, Translate } from './index'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** How long ago, in the largest whole unit: what an agent reads at a glance. */
export function age(t: Translate, iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000)
  if (seconds < minute) return t('time.now')
  if (seconds < hour) return t('time.minutes', { count: Math.floor(seconds / minute) })
  if (seconds < day) return t('time.hours', { count: Math.floor(seconds / hour) })
  return t('time.days', { count: Math.floor(seconds / day) })
}

/** 02:14, or 1:02:14 from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const tail = `${two(Math.floor((whole % hour) / minute))}:${two(whole % minute)}`
  return whole >= hour ? `${Math.floor(whole / hour)}:${tail}` : tail
}

/** 02:14.36: fine enough to name a frame. */
export function frameClock(seconds: number): string {
  const hundredths = Math.floor(Math.max(0, seconds) * 100 + 1e-6)
  return `${clock(Math.floor(hundredths / 100))}.${String(hundredths % 100).padStart(2, '0')}`
}

export function dateTime(language: Language, iso: string): string {
  return new Intl.DateTimeFormat(language, { month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(iso))
}

export function fullDateTime(language: Language, iso: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium', hour12: false }).format(new Date(iso))
}

export function day8(language: Language, iso: string): string {
  return new Intl.DateTimeFormat(language, { year: 'numeric', month: 'numeric', day: 'numeric' }).format(new Date(iso))
}

/** Falls back to the bare code for currencies the browser does not know. */
export function money(language: Language, amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(amount)
  } catch {
    return `${amount.toFixed(2)} ${currency}`
  }
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(0)} KB`
  if (count < 1024 * 1024 * 1024) return `${(count / 1024 / 1024).toFixed(1)} MB`
  return `${(count / 1024 / 1024 / 1024).toFixed(2)} GB`
}

export function bitrate(bps: number): string {
  return bps >= 1_000_000 ? `${(bps / 1_000_000).toFixed(1)} Mbit/s` : `${Math.round(bps / 1000)} kbit/s`
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(fraction > 0 && fraction < 0.1 ? 1 : 0)} %`
}

/** Long enough to compare by eye, short enough for a row. */
export function shortHash(sha256: string): string {
  return sha256.length <= 16 ? sha256 : `${sha256.slice(0, 8)}…${sha256.slice(-8)}`
}
