/** Which help fits: browsers differ in where they hide the camera switch. Judged from the user agent string, pure. */
export type BrowserName = 'safari_ios' | 'chrome_ios' | 'chrome_android' | 'firefox' | 'safari_mac' | 'desktop' | 'other'
export type InAppName = 'wechat' | 'qq' | 'alipay' | 'taobao' | 'douyin' | 'weibo' | 'instagram' | 'facebook' | 'line' | 'other_app'

export type BrowserKind = {
  readonly browser: BrowserName
  readonly system: 'ios' | 'android' | 'desktop'
  /** The app whose built-in browser this is; null in a browser of its own. */
  readonly inApp: InAppName | null
}

const apps: readonly (readonly [InAppName, RegExp])[] = [
  ['wechat', /MicroMessenger/i],
  ['qq', /\bQQ\/|QQTheme/i],
  ['alipay', /AlipayClient/i],
  ['taobao', /AliApp\((TB|TM)|WindVane/i],
  ['douyin', /aweme|BytedanceWebview|musical_ly|TikTok/i],
  ['weibo', /Weibo/i],
  ['instagram', /Instagram/i],
  ['facebook', /FBAN|FBAV/i],
  ['line', /\bLine\//i],
]

export function browserKind(userAgent: string, touchPoints: number): BrowserKind {
  const system = systemOf(userAgent, touchPoints)
  return { system, browser: browserOf(userAgent, system), inApp: appOf(userAgent, system) }
}

function systemOf(ua: string, touchPoints: number): BrowserKind['system'] {
  // iPadOS says it is a Mac; no Mac has a touch screen.
  if (/iPhone|iPad|iPod/.test(ua) || (ua.includes('Macintosh') && touchPoints > 1)) return 'ios'
  return /Android|HarmonyOS/.test(ua) ? 'android' : 'desktop'
}

function browserOf(ua: string, system: BrowserKind['system']): BrowserName {
  if (/Firefox|FxiOS/.test(ua)) return 'firefox'
  switch (system) {
    case 'ios': return ua.includes('CriOS') ? 'chrome_ios' : 'safari_ios'
    case 'android': return ua.includes('Chrome/') ? 'chrome_android' : 'other'
    case 'desktop': return ua.includes('Macintosh') && !ua.includes('Chrome/') ? 'safari_mac' : 'desktop'
  }
}

function appOf(ua: string, system: BrowserKind['system']): InAppName | null {
  const named = apps.find(([, pattern]) => pattern.test(ua))
  if (named !== undefined) return named[0]
  const webView = ua.includes('; wv)') || (system === 'ios' && ua.includes('AppleWebKit') && !ua.includes('Safari/'))
  return webView ? 'other_app' : null
}
