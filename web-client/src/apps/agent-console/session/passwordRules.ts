/** As the server's rule; it has the last word (and knows common passwords). */
export const minimumLength = 10

export type PasswordFaults = {
  readonly current: 'missing' | null
  readonly fresh: 'too_short' | 'same' | null
  readonly repeat: 'mismatch' | null
}

export function checkPassword(current: string, fresh: string, repeat: string): PasswordFaults {
  return {
    current: current === '' ? 'missing' : null,
    fresh: Array.from(fresh).length < minimumLength ? 'too_short' : fresh === current ? 'same' : null,
    repeat: fresh === repeat ? null : 'mismatch',
  }
}

export function isFaultless(faults: PasswordFaults): boolean {
  return faults.current === null && faults.fresh === null && faults.repeat === null
}
