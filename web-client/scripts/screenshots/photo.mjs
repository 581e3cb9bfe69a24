import { execFileSync } from 'node:child_process'

let made = null

/** What a weak network's photo looks like: one sharp picture, as JPEG. */
export function photo() {
  made ??= execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720', '-frames:v', '1', '-q:v', '8', '-f', 'mjpeg', '-'])
  return made
}
