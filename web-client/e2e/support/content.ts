import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { contentFolder, probeDll } from './paths'

const run = promisify(execFile)

/** Makes what the fake cameras and microphones play, once per checkout. */
export default async function makeContent(): Promise<void> {
  if (!existsSync(`${contentFolder}/agent.wav`) || !existsSync(`${contentFolder}/busy.mjpeg`)) {
    await run('dotnet', [probeDll, 'make-content', contentFolder])
  }
  if (!existsSync(`${contentFolder}/synced.mp4`)) {
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'mjpeg', '-framerate', '30', '-i', `${contentFolder}/buyer.mjpeg`, '-i', `${contentFolder}/buyer.wav`,
      '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', `${contentFolder}/synced.mp4`])
  }
}

export type Analysis = {
  readonly streams: unknown
  readonly frames: readonly { readonly seconds: number, readonly counter: number, readonly flash: boolean, readonly colourError: number }[]
  readonly beeps: { readonly onsetSeconds: readonly number[] }
  readonly unreadableFrames: number
  readonly distinctCounters: number
  readonly backwardSteps: number
  readonly worstColourError: number
  readonly longestFreezeSeconds: number
  readonly avOffsetsSeconds: readonly number[]
  readonly medianAvOffsetSeconds: number
  readonly flashSeconds: readonly number[]
}

/** Decodes a recording with ffmpeg and reads the counter, the colours and the beeps out of it. */
export async function analyse(file: string, toneHz = 1000, videoTrack = 0, audioTrack = 0): Promise<Analysis> {
  const { stdout } = await run('dotnet', [probeDll, 'analyse', file, `${videoTrack}`, `${audioTrack}`, `${toneHz}`], { maxBuffer: 64 << 20 })
  return JSON.parse(stdout) as Analysis
}
