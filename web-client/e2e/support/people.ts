import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, devices, type Page } from '@playwright/test'
import { contentFolder } from './paths'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=user-gesture-required']

/** A Chromium whose camera and microphone play one person's content. Autoplay is as strict as on a phone. */
export function launch(person: 'buyer' | 'agent', extra: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...flags, `--use-file-for-fake-video-capture=${contentFolder}/${person}.mjpeg`,
      `--use-file-for-fake-audio-capture=${contentFolder}/${person}.wav`, ...extra],
  })
}

/** Remembers every media element a page plays, in the document or not, so that a test can hear what a person hears; counts offers. */
function watchPage(): void {
  const before = (owner: object, name: string, seen: (self: unknown) => void): void => {
    const native = Reflect.get(owner, name) as (...given: unknown[]) => unknown
    Reflect.set(owner, name, function (this: unknown, ...given: unknown[]) {
      seen(this)
      return Reflect.apply(native, this, given)
    })
  }
  const offers = { count: 0 }
  Object.defineProperty(window, '__offers', { value: offers })
  before(window.RTCPeerConnection.prototype, 'setLocalDescription', () => { offers.count++ })
  const players = new Set<unknown>()
  Object.defineProperty(window, '__players', { value: players })
  before(HTMLMediaElement.prototype, 'play', (self) => { players.add(self) })
}

async function context(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const made = await browser.newContext({ permissions: ['camera', 'microphone'], ...options })
  await made.addInitScript(watchPage)
  await made.addInitScript(bringPatternReader)
  return made
}

export function phone(browser: Browser, locale = 'en-US'): Promise<BrowserContext> {
  return context(browser, { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, locale })
}

export function desktop(browser: Browser, locale = 'en-US'): Promise<BrowserContext> {
  return context(browser, { viewport: { width: 1440, height: 900 }, locale })
}

/** How many offers this page has made. */
export function offersOf(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { __offers: { count: number } }).__offers.count)
}

export type SeenPicture = { readonly counter: number, readonly colours: readonly (readonly [number, number, number])[], readonly width: number, readonly height: number }

type PatternReader = { __readPattern(video: HTMLVideoElement | null): SeenPicture | null }

/** Puts a reader of the test pattern (tests/AfterSales.Video.TestKit/Media/TestPattern.cs) into a page. */
function bringPatternReader(): void {
  const canvas = document.createElement('canvas')
  const read: PatternReader['__readPattern'] = (video) => {
    if (!video || video.readyState < 2 || video.videoWidth === 0) return null
    const [width, height] = [video.videoWidth, video.videoHeight]
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context) return null
    context.drawImage(video, 0, 0)
    const at = (x: number, y: number): [number, number, number] => {
      const { data } = context.getImageData(Math.round(x), Math.round(y), 1, 1)
      return [data[0] ?? 0, data[1] ?? 0, data[2] ?? 0]
    }
    let counter = 0
    for (let bit = 0; bit < 16; bit++) {
      const x = (width * (2 * bit + 1)) / 32
      const difference = at(x, height / 16)[1] - at(x, (height * 3) / 16)[1]
      if (Math.abs(difference) < 60) return null
      counter = (counter << 1) | (difference > 0 ? 1 : 0)
    }
    const colours = Array.from({ length: 6 }, (_, i) => at((width * (2 * i + 1)) / 12, (height * 17) / 32))
    return { counter, colours, width, height }
  }
  Object.defineProperty(window, '__readPattern', { value: read })
}

/** Reads the test pattern off a video element; null when there is none yet. */
export function readPattern(page: Page, selector: string): Promise<SeenPicture | null> {
  return page.evaluate((css) => (window as unknown as PatternReader).__readPattern(document.querySelector<HTMLVideoElement>(css)), selector)
}

export type CameraFrame = { readonly seconds: number, readonly counter: number }

/** Begins to note, about twice a second, when the page's own camera took which frame: on a busy machine the fake camera is slower than its content. */
export function watchCamera(page: Page, selector: string): Promise<void> {
  return page.evaluate((css) => {
    const [seen, video] = [[] as CameraFrame[], document.querySelector<HTMLVideoElement>(css)]
    if (!video) throw new Error(`no ${css}`)
    Object.defineProperty(window, '__camera', { value: seen })
    const next = (now: number, frame: VideoFrameCallbackMetadata): void => {
      const counter = (window as unknown as PatternReader).__readPattern(video)?.counter
      if (counter !== undefined) seen.push({ seconds: (frame.captureTime ?? now) / 1000, counter })
      setTimeout(() => video.requestVideoFrameCallback(next), 400)
    }
    video.requestVideoFrameCallback(next)
  }, selector)
}

export function cameraFrames(page: Page): Promise<readonly CameraFrame[]> {
  return page.evaluate(() => (window as unknown as { __camera: readonly CameraFrame[] }).__camera)
}

/** Waits until a video element has presented this many frames more; gives the milliseconds it took. */
export function framesShown(page: Page, selector: string, count: number): Promise<number> {
  return page.evaluate(([css, wanted]) => new Promise<number>((resolve, reject) => {
    const video = document.querySelector<HTMLVideoElement>(css)
    if (!video) return reject(new Error(`no ${css}`))
    const begun = performance.now()
    const last = setTimeout(() => reject(new Error(`${css} stands still`)), 30_000)
    let first = -1
    const next = (_: number, frame: VideoFrameCallbackMetadata): void => {
      if (first < 0) first = frame.presentedFrames
      if (frame.presentedFrames - first < wanted) return void video.requestVideoFrameCallback(next)
      clearTimeout(last)
      resolve(performance.now() - begun)
    }
    video.requestVideoFrameCallback(next)
  }), [selector, count] as const)
}

/** How many frames a video element presents within a time. */
export function framesIn(page: Page, selector: string, milliseconds: number): Promise<number> {
  return page.evaluate(async ([css, duration]) => {
    const presented = (): number => document.querySelector<HTMLVideoElement>(css)?.getVideoPlaybackQuality().totalVideoFrames ?? 0
    const before = presented()
    await new Promise((resolve) => { setTimeout(resolve, duration) })
    return presented() - before
  }, [selector, milliseconds] as const)
}

/** Red, green, blue, yellow, cyan, magenta: which channels are high. */
export function coloursAreRight(colours: SeenPicture['colours']): boolean {
  const expected = ['100', '010', '001', '110', '011', '101']
  return colours.length === 6 && colours.every((c, i) => c.map((v) => (v > 100 ? '1' : '0')).join('') === expected[i])
}

/** Loudest level (0..1) of all live sound a page plays aloud, and its loudest frequency, over a time. */
export function listen(page: Page, milliseconds: number): Promise<{ peak: number, hertz: number, playing: number }> {
  return page.evaluate(async (duration) => {
    const elements = [...(window as unknown as { __players: Set<HTMLMediaElement> }).__players]
      .filter((e) => e.srcObject instanceof MediaStream && e.srcObject.getAudioTracks().length > 0 && !e.muted && !e.paused)
    const audio = new AudioContext()
    await audio.resume()
    const analyser = audio.createAnalyser()
    analyser.fftSize = 4096
    for (const element of elements) audio.createMediaStreamSource(element.srcObject as MediaStream).connect(analyser)
    const time = new Float32Array(analyser.fftSize)
    const spectrum = new Float32Array(analyser.frequencyBinCount)
    let [peak, hertz] = [0, 0]
    const end = performance.now() + duration
    while (performance.now() < end) {
      await new Promise((resolve) => { setTimeout(resolve, 20) })
      analyser.getFloatTimeDomainData(time)
      const loudest = time.reduce((max, v) => Math.max(max, Math.abs(v)), 0)
      if (loudest > peak) {
        peak = loudest
        analyser.getFloatFrequencyData(spectrum)
        hertz = (spectrum.indexOf(Math.max(...spectrum)) * audio.sampleRate) / analyser.fftSize
      }
    }
    await audio.close()
    return { peak, hertz, playing: elements.length }
  }, milliseconds)
}
