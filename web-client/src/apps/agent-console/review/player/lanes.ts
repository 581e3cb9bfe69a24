import type { LaneItemView } from '@/contracts/generated'

/** Top to bottom; what is not known here is shown with the system's events. */
export const laneNames = ['consent', 'people', 'mark', 'photo', 'note', 'mute', 'pause', 'loss', 'gap', 'system'] as const
export type LaneName = (typeof laneNames)[number]

export type LaneItem = LaneItemView & { readonly index: number; readonly left: number; readonly width: number; readonly row: number }
export type Lane = { readonly name: LaneName; readonly items: readonly LaneItem[]; readonly rows: number }

/**
 * Lanes that have something, each item placed as fractions of the length; what would cover another goes into a row below.
 * @param momentFraction how much of the length a finger needs to hit a moment.
 */
export function layOut(items: readonly LaneItemView[], durationSeconds: number, momentFraction = 0.03): readonly Lane[] {
  const length = Math.max(0.001, durationSeconds)
  const placed = items.map((item, index) => ({ ...item, index, left: clamp(item.fromSeconds / length), width: clamp((item.toSeconds - item.fromSeconds) / length), row: 0 }))
  return laneNames.map((name) => inRows(name, placed.filter((item) => laneOf(item) === name), momentFraction)).filter((lane) => lane.items.length > 0)
}

function laneOf(item: LaneItemView): LaneName {
  return laneNames.find((name) => name === item.lane) ?? 'system'
}

/** Closer than this, two things are one: the press of a key and the packets that tell of it. */
const sameMomentSeconds = 0.5

/** Without what another item says as well or better: the moments at both ends of a stretch, the cut connection of somebody who left. */
export function worthTelling(items: readonly LaneItemView[]): readonly LaneItemView[] {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= sameMomentSeconds
  const isSaidBy = (item: LaneItemView, other: LaneItemView): boolean => {
    if (other === item || other.lane !== item.lane || other.participantId !== item.participantId || item.toSeconds > item.fromSeconds) return false
    if (other.toSeconds > other.fromSeconds) return near(item.fromSeconds, other.fromSeconds) || near(item.fromSeconds, other.toSeconds)
    const better = { participant_interrupted: 'participant_left', participant_connected: 'participant_joined' }[item.kind]
    return better === other.kind && near(item.fromSeconds, other.fromSeconds)
  }
  return items.filter((item) => !items.some((other) => isSaidBy(item, other)))
}

const mostRows = 3

function inRows(name: LaneName, items: readonly LaneItem[], momentFraction: number): Lane {
  const ends: number[] = []
  const inTime = items.toSorted((a, b) => a.fromSeconds - b.fromSeconds)
  const rowed = inTime.map((item) => {
    const free = ends.findIndex((end) => end <= item.left)
    const row = free >= 0 ? free : Math.min(ends.length, mostRows - 1)
    ends[row] = item.left + Math.max(item.width, momentFraction)
    return { ...item, row }
  })
  return { name, items: rowed, rows: Math.max(1, ends.length) }
}

const clamp = (fraction: number): number => Math.max(0, Math.min(1, fraction))

const pictureSources: readonly string[] = ['camera', 'screen', 'video']
/** Shorter ones nobody sees. */
const noticedSeconds = 0.25

/** Stretches without the buyer's picture, whatever lane they are drawn in: a pause, a lost network, a camera switched off. */
export function pictureGaps(items: readonly LaneItemView[]): readonly LaneItemView[] {
  return items.filter((item) => item.toSeconds - item.fromSeconds >= noticedSeconds && (item.lane === 'pause' || (item.role !== 'agent' && isOfPicture(item))))
}

const isOfPicture = (item: LaneItemView): boolean =>
  item.lane === 'gap' ? item.source === '' || pictureSources.includes(item.source) : (item.lane === 'loss' || item.lane === 'mute') && pictureSources.includes(item.source)

/** Why there is no picture at this moment; null when there should be one. */
export function missingPicture(items: readonly LaneItemView[], seconds: number): LaneItemView | null {
  const here = pictureGaps(items).filter((item) => item.fromSeconds <= seconds && seconds < item.toSeconds)
  return here.find((item) => item.lane === 'pause') ?? here[0] ?? null
}

/** The next thing worth looking at after (or before) the playhead. */
export function neighbour(items: readonly LaneItemView[], seconds: number, direction: 1 | -1): LaneItemView | null {
  const inTime = items.toSorted((a, b) => a.fromSeconds - b.fromSeconds)
  // Going back from where one just jumped to must not end at the same item.
  return (direction > 0 ? inTime.find((item) => item.fromSeconds > seconds + 0.05) : inTime.findLast((item) => item.fromSeconds < seconds - 0.4)) ?? null
}
