import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { verifyDll } from './paths'

export const picture = 'video[aria-label="The buyer’s picture"]'
const verdict = '.integrity [data-verdict]'

/** Where the playhead stands, in seconds, as the page writes it. */
export function playhead(page: Page): Promise<number> {
  return page.locator('[data-time]').innerText().then(secondsOf)
}

/** "02:14.36" as seconds. */
export function secondsOf(clock: string): number {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** Puts the playhead there with the pointer; waits until the picture of that moment is shown. */
export async function seekTo(page: Page, fraction: number, durationSeconds: number): Promise<void> {
  const box = (await page.locator('.scrub').boundingBox())!
  await page.mouse.click(box.x + box.width * fraction, box.y + box.height / 2)
  await expect.poll(async () => Math.abs(await playhead(page) - fraction * durationSeconds), { intervals: [50] }).toBeLessThan(1.5)
  await expect.poll(() => page.locator(picture).evaluate((video: HTMLVideoElement) => !video.seeking && video.readyState >= 2), { intervals: [50] }).toBe(true)
}

/** The sound elements of the page, each with what it does. */
export function voices(page: Page): Promise<readonly { readonly muted: boolean, readonly playing: boolean, readonly rate: number }[]> {
  return page.evaluate(() => [...(window as unknown as { __players: Set<HTMLMediaElement> }).__players]
    .filter((one) => one instanceof HTMLAudioElement)
    .map((one) => ({ muted: one.muted, playing: !one.paused, rate: one.playbackRate })))
}

/** How far each voice's clock is from the picture's, many times within two seconds of playing. */
export function voiceOffsets(page: Page): Promise<readonly number[]> {
  return page.evaluate(async (css) => {
    const video = document.querySelector<HTMLVideoElement>(css)!
    const sounds = [...(window as unknown as { __players: Set<HTMLMediaElement> }).__players].filter((one) => one instanceof HTMLAudioElement && !one.paused)
    const found: number[] = []
    for (let n = 0; n < 20; n++) {
      await new Promise((resolve) => { setTimeout(resolve, 100) })
      for (const sound of sounds) found.push(sound.currentTime - video.currentTime)
    }
    return found
  }, picture)
}

/** How many seconds of the recording pass in one second of the clock. */
export function pace(page: Page): Promise<number> {
  return page.evaluate(async (css) => {
    const video = document.querySelector<HTMLVideoElement>(css)!
    const [from, begun] = [video.currentTime, performance.now()]
    await new Promise((resolve) => { setTimeout(resolve, 700) })
    return (video.currentTime - from) / ((performance.now() - begun) / 1000)
  }, picture)
}

export async function expectVerdict(page: Page, expected: 'verified' | 'failed'): Promise<string> {
  await expect(page.locator(verdict)).toHaveAttribute('data-verdict', expected, { timeout: 60_000 })
  return page.locator(verdict).innerText()
}

/** The offline tool's answer on a package: its exit code and what it prints. */
export function verifyOffline(zip: string): Promise<{ readonly exitCode: number, readonly text: string }> {
  return new Promise((resolve) => {
    execFile('dotnet', [verifyDll, zip], (error, stdout, stderr) => resolve({ exitCode: error === null ? 0 : Number(error.code), text: stdout + stderr }))
  })
}

/** Changes one bit in the middle of a file; gives back what puts it right. */
export function changeOneByte(path: string, to = path): () => void {
  const bytes = readFileSync(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = bytes[middle]! ^ 1
  writeFileSync(to, bytes)
  return () => {
    bytes[middle] = bytes[middle]! ^ 1
    writeFileSync(to, bytes)
  }
}
