/**
 * Plays voices. `unlock` must run inside a tap: browsers let an element that was started by a person go on with whatever
 * stream it gets later, so the other side's voice starts without a second tap.
 */
export class AudioOutput {
  private readonly elements = new Map<string, HTMLAudioElement>()
  private readonly spare: HTMLAudioElement[] = []
  private context: AudioContext | null = null

  /** @param make creates an audio element (only apps touch the document). */
  constructor(
    private readonly make: () => HTMLAudioElement,
    private readonly blockedChanged: (blocked: boolean) => void,
  ) {}

  /** Call in the tap that starts the call, before any await. */
  unlock(): void {
    this.context ??= silentContext()
    void this.context?.resume().catch(() => undefined)
    for (const element of this.elements.values()) void this.play(element)
    if (this.spare.length === 0) {
      const element = this.fresh()
      element.srcObject = new MediaStream()
      void element.play().catch(() => undefined)
      this.spare.push(element)
    }
  }

  /** Plays exactly these, keyed by section: elements are kept as long as their section. */
  show(streams: ReadonlyMap<string, MediaStream>): void {
    for (const [mid, element] of this.elements) {
      if (streams.has(mid)) continue
      element.srcObject = null
      this.elements.delete(mid)
      this.spare.push(element)
    }
    for (const [mid, stream] of streams) {
      const element = this.elements.get(mid) ?? this.spare.pop() ?? this.fresh()
      this.elements.set(mid, element)
      if (element.srcObject !== stream) element.srcObject = stream
      if (element.paused) void this.play(element)
    }
  }

  elementOf(mid: string): HTMLAudioElement | null {
    return this.elements.get(mid) ?? null
  }

  /** Where the browser lets the page choose its loudspeaker. */
  async useSpeaker(deviceId: string): Promise<void> {
    for (const element of [...this.elements.values(), ...this.spare]) {
      if ('setSinkId' in element) await element.setSinkId(deviceId)
    }
  }

  close(): void {
    for (const element of [...this.elements.values(), ...this.spare]) {
      element.srcObject = null
      element.remove()
    }
    this.elements.clear()
    this.spare.length = 0
    void this.context?.close().catch(() => undefined)
    this.context = null
  }

  private fresh(): HTMLAudioElement {
    const element = this.make()
    element.autoplay = true
    return element
  }

  private async play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play()
      this.blockedChanged(false)
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.blockedChanged(true)
    }
  }
}

/** A running context also moves iOS from the ringer's volume to the media volume. */
function silentContext(): AudioContext | null {
  return typeof AudioContext === 'function' ? new AudioContext() : null
}
