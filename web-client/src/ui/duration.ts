import { translator } from './messages'

const t = translator({
  'zh-CN': { hm: '{hours} 小时 {minutes} 分', ms: '{minutes} 分 {seconds} 秒', s: '{seconds} 秒' } as const,
  en: { hm: '{hours} h {minutes} min', ms: '{minutes} min {seconds} s', s: '{seconds} s' },
})
const minute = 60
const hour = 60 * minute

/** How long, in the two largest units; below ten seconds with a tenth. The one form of it on every page. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole >= hour) return t('hm', { hours: Math.floor(whole / hour), minutes: Math.floor((whole % hour) / minute) })
  if (whole >= minute) return t('ms', { minutes: Math.floor(whole / minute), seconds: whole % minute })
  return t('s', { seconds: whole < 10 ? Math.round(Math.max(0, seconds) * 10) / 10 : whole })
}
