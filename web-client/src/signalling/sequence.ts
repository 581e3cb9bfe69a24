export type Arrival = 'deliver' | 'duplicate' | 'gap'

/** Messages are numbered from 1 without gaps; what was seen is dropped, a hole asks for a resume. */
export class SequenceGate {
  private last = 0
  private acknowledged = 0

  get lastSeq(): number {
    return this.last
  }

  /** How many delivered messages the server still has to keep. */
  get unacknowledged(): number {
    return this.last - this.acknowledged
  }

  reset(): void {
    this.last = 0
    this.acknowledged = 0
  }

  take(seq: number): Arrival {
    if (seq <= this.last) return 'duplicate'
    if (seq !== this.last + 1) return 'gap'
    this.last = seq
    return 'deliver'
  }

  markAcknowledged(seq: number): void {
    this.acknowledged = Math.max(this.acknowledged, seq)
  }
}
