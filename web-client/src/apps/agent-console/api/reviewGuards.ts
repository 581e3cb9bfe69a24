import type {
  CourtCopyView, CustodyEntryView, CustodyView, HoldView, KeepingView, LaneItemView, RecordingFileView, RetentionPolicy, ReviewCaseView, ReviewListView,
  ReviewFreezeView, ReviewPictureRunView, ReviewPictureView, ReviewPlaybackView, ReviewQualityView, ReviewSealView, ReviewStillView, ReviewTrackView, ReviewView,
  ReviewVoiceView, StorageView,
} from '@/contracts/generated'
import { isBoolean, isNumber, isString, listOf, nullable, shape, type Guard } from '@/contracts/guards'

const isCase: Guard<ReviewCaseView> = shape<ReviewCaseView>({
  recordingId: isString, callId: isString, ticketId: isString, ticketNumber: isNumber, subject: isString, buyerName: isString, agentName: isString,
  startedAt: isString, durationSeconds: isNumber, state: isString, integrity: isString, onHold: isBoolean, posterUrl: nullable(isString),
})

export const isReviewList: Guard<ReviewListView> = shape<ReviewListView>({ cases: listOf(isCase), nextCursor: nullable(isString) })

const isVoice: Guard<ReviewVoiceView> = shape<ReviewVoiceView>({ participantId: isString, role: isString, url: isString, startsAtSeconds: isNumber })

const isPictureRun: Guard<ReviewPictureRunView> = shape<ReviewPictureRunView>({
  codec: isString, width: isNumber, height: isNumber, fromSeconds: isNumber, toSeconds: isNumber,
})

const isPicture: Guard<ReviewPictureView> = shape<ReviewPictureView>({
  participantId: isString, role: isString, source: isString, kind: isString, url: isString, fileName: isString, fromSeconds: isNumber, toSeconds: isNumber,
  runs: listOf(isPictureRun),
})

const isPlayback: Guard<ReviewPlaybackView> = shape<ReviewPlaybackView>({
  kind: isString, pictureUrl: nullable(isString), pictures: listOf(isPicture), voices: listOf(isVoice), posterUrl: nullable(isString),
  storyboardUrl: nullable(isString), waveformUrl: nullable(isString),
})

const isTrack: Guard<ReviewTrackView> = shape<ReviewTrackView>({
  participantId: isString, role: isString, source: isString, kind: isString, codec: isString, fromSeconds: isNumber, toSeconds: isNumber, frames: isNumber,
  droppedFrames: isNumber, lostPackets: isNumber, recoveredPackets: isNumber, clock: isString,
})

const isLaneItem: Guard<LaneItemView> = shape<LaneItemView>({
  lane: isString, kind: isString, fromSeconds: isNumber, toSeconds: isNumber, participantId: isString, role: isString, source: isString, detail: isString,
})

const isStill: Guard<ReviewStillView> = shape<ReviewStillView>({
  seconds: isNumber, participantId: isString, role: isString, url: isString, offset: isNumber, length: isNumber, width: isNumber, height: isNumber, sha256: isString,
})

const isFreeze: Guard<ReviewFreezeView> = shape<ReviewFreezeView>({ fromSeconds: isNumber, toSeconds: isNumber, count: isNumber, frozenSeconds: isNumber })

const isQuality: Guard<ReviewQualityView> = shape<ReviewQualityView>({
  participantId: isString, role: isString, stepSeconds: isNumber, upLoss: listOf(isNumber), downLoss: listOf(isNumber), upKbps: listOf(isNumber),
  downKbps: listOf(isNumber), roundTripMs: listOf(isNumber), freezes: listOf(isFreeze),
})

const isFile: Guard<RecordingFileView> = shape<RecordingFileView>({
  name: isString, purpose: isString, contentType: isString, length: isNumber, sha256: isString, url: isString,
})

const isSeal: Guard<ReviewSealView> = shape<ReviewSealView>({
  manifestUrl: isString, checkpointsUrl: isString, keysUrl: isString, exportUrl: isString, signingKeyId: isString, sealedAt: isString, timestamp: isString,
  receiptCode: isString,
})

export const isHold: Guard<HoldView> = shape<HoldView>({ holdId: isString, reason: isString, setBy: isString, setAt: isString })

const isKeeping: Guard<KeepingView> = shape<KeepingView>({
  mediaUntil: nullable(isString), reason: isString, holds: listOf(isHold), worm: isString, mayHold: isBoolean, mayErase: isBoolean,
})

const isCourtCopy: Guard<CourtCopyView> = shape<CourtCopyView>({ state: isString, reason: isString, file: nullable(isFile) })

export const isReview: Guard<ReviewView> = shape<ReviewView>({
  viewId: isString, case: isCase, reason: isString, originAt: nullable(isString), playback: nullable(isPlayback), tracks: listOf(isTrack), lanes: listOf(isLaneItem),
  stills: listOf(isStill), quality: listOf(isQuality),
  files: listOf(isFile), seal: nullable(isSeal), keeping: isKeeping, courtCopy: isCourtCopy,
})

const isCustodyEntry: Guard<CustodyEntryView> = shape<CustodyEntryView>({
  index: isNumber, at: isString, kind: isString, actorRole: isString, actorName: isString, detail: isString, hashHex: isString,
})

export const isCustody: Guard<CustodyView> = shape<CustodyView>({ entries: listOf(isCustodyEntry), chainWhole: isBoolean, problem: isString })

export const isRetention: Guard<RetentionPolicy> = shape<RetentionPolicy>({ mediaDaysAfterClose: isNumber, disputeMediaDays: isNumber, recordsDays: isNumber })

export const isStorage: Guard<StorageView> = shape<StorageView>({
  kind: isString, place: isString, worm: isString, writeOnce: isBoolean, legalHold: isBoolean, retention: isBoolean, tags: isBoolean, versions: isBoolean, checksumOnWrite: isBoolean,
  segmentsWaiting: isNumber, problem: isString,
})

