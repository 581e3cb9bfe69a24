/** Long side and quality, sharpest first. The first is a 720p camera as it is. */
const steps = [[1280, 0.7], [1280, 0.5], [960, 0.5], [640, 0.5], [640, 0.3]] as const

/** Takes sharp photos off a running camera. */
export class StillCamera {
  #video: HTMLVideoElement | null = null
  #step = 1

  /** At most so many bytes where the picture allows it (the server takes 48 KiB); null when the camera shows nothing yet. */
  async take(track: MediaStreamTrack, maxBytes: number): Promise<Blob | null> {
    const video = await this.#watching(track)
    if (video.videoWidth === 0) return null
    for (;;) {
      const [longSide, quality] = steps[this.#step] ?? steps[0]
      const image = await encode(video, longSide, quality)
      if (image === null) return null
      const isLast = this.#step === steps.length - 1
      if (image.size > maxBytes && !isLast) {
        this.#step++
        continue
      }
      // Room to spare: sharper next time.
      if (image.size < maxBytes * 0.45 && this.#step > 0) this.#step--
      return image
    }
  }

  rest(): void {
    if (this.#video !== null) this.#video.srcObject = null
    this.#video = null
  }

  /** An element of its own, because ImageCapture is Chromium's alone. */
  async #watching(track: MediaStreamTrack): Promise<HTMLVideoElement> {
    const video = this.#video ?? Object.assign(document.createElement('video'), { muted: true, playsInline: true })
    this.#video = video
    if ((video.srcObject as MediaStream | null)?.getVideoTracks()[0] !== track) {
      video.srcObject = new MediaStream([track])
      await video.play().catch(() => undefined)
    }
    return video
  }
}

function encode(video: HTMLVideoElement, longSide: number, quality: number): Promise<Blob | null> {
  const { videoWidth, videoHeight } = video
  const scale = Math.min(1, longSide / Math.max(videoWidth, videoHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(videoWidth * scale)
  canvas.height = Math.round(videoHeight * scale)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
}
