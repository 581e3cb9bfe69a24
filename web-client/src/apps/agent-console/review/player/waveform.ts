/** Peaks of one voice, 0 to 1. */
export type VoicePeaks = { readonly participantId: string; readonly role: string; readonly stepSeconds: number; readonly peaks: readonly number[] }

type Loose = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Loose => typeof value === 'object' && value !== null
const positive = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null)

/** Reads recordings-schema/playback waveform.json; voices it cannot read are left out. */
export function readWaveform(value: unknown): readonly VoicePeaks[] {
  if (!isRecord(value) || !Array.isArray(value.voices)) return []
  return (value.voices as readonly unknown[]).flatMap((voice) => {
    if (!isRecord(voice) || !Array.isArray(voice.peaks)) return []
    const step = positive(value.bucketSeconds) ?? (positive(voice.stepMs) ?? 0) / 1000
    const peaks = voice.peaks as readonly unknown[]
    if (step <= 0 || !peaks.every((one) => typeof one === 'number')) return []
    return [{ participantId: text(voice.participantId), role: text(voice.role), stepSeconds: step, peaks: peaks.map((one) => Math.max(0, Math.min(255, one)) / 255) }]
  })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The loudest of each of `columns` equal parts of the recording: what a strip so many pixels wide can show. */
export function columnsOf(voice: VoicePeaks, durationSeconds: number, columns: number): readonly number[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column / columns) * (durationSeconds / voice.stepSeconds))
    const to = Math.max(from + 1, Math.ceil(((column + 1) / columns) * (durationSeconds / voice.stepSeconds)))
    return voice.peaks.slice(from, to).reduce((max, one) => Math.max(max, one), 0)
  })
}

/** One closed outline, mirrored about the middle, in a box of `columns` by 2. */
export function outline(columns: readonly number[]): string {
  const top = columns.map((peak, x) => `${x} ${(1 - Math.max(0.02, peak)).toFixed(3)}`)
  const bottom = columns.map((peak, x) => `${x} ${(1 + Math.max(0.02, peak)).toFixed(3)}`).reverse()
  return columns.length === 0 ? '' : `M${[...top, ...bottom].join('L')}Z`
}
