// Generated from AfterSales.Video.Contracts by `make contracts`. Do not edit.

export type AccessTokenView = {
  readonly accessToken: string
  readonly tokenType: string
  readonly expiresInSeconds: number
}

export type AgentCreatedView = {
  readonly agent: AgentView
  readonly oneTimePassword: string
}

export type AgentView = {
  readonly userId: string
  readonly email: string
  readonly displayName: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly createdAt: string
}

export type BuyerCallView = {
  readonly callId: string
  readonly state: string
  readonly step: string
  readonly shopName: string
  readonly agentName: string
  readonly orderTail: string
  readonly orderLines: readonly BuyerOrderLine[]
  readonly consent: ConsentNotice
  readonly endReason: string | null
  readonly rated: boolean
}

export type BuyerOrderLine = {
  readonly title: string
  readonly quantity: number
}

export type CallCreatedView = {
  readonly call: CallView
  readonly buyerUrl: string
  readonly qrSvg: string
  readonly linkExpiresAt: string
}

export type CallView = {
  readonly callId: string
  readonly ticketId: string
  readonly state: string
  readonly buyerStep: string
  readonly agentName: string
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly endReason: string | null
  readonly recording: RecordingView | null
  readonly rating: RatingView | null
  readonly earlierRecordings: readonly RecordingView[]
}

export type ChangePasswordRequest = {
  readonly currentPassword: string
  readonly newPassword: string
}

export type CloseTicketRequest = {
  readonly reason: string
}

export type ConsentNotice = {
  readonly version: string
  readonly retentionDays: number
  readonly zh: ConsentText
  readonly en: ConsentText
}

export type ConsentRequest = {
  readonly choice: string
  readonly noticeVersion: string
  readonly language: string
}

export type ConsentText = {
  readonly title: string
  readonly points: readonly string[]
  readonly fullText: string
}

export type CourtCopyView = {
  readonly state: string
  readonly reason: string
  readonly file: RecordingFileView | null
}

export type CreateAgentRequest = {
  readonly email: string
  readonly displayName: string
  readonly roles: readonly string[]
}

export type CustodyEntryView = {
  readonly index: number
  readonly at: string
  readonly kind: string
  readonly actorRole: string
  readonly actorName: string
  readonly detail: string
  readonly hashHex: string
}

export type CustodyView = {
  readonly entries: readonly CustodyEntryView[]
  readonly chainWhole: boolean
  readonly problem: string
}

export type ErasureRequest = {
  readonly reason: string
  readonly confirmation: string
}

export type EvidenceKeyView = {
  readonly keyId: string
  readonly algorithm: string
  readonly publicKeyPem: string
  readonly createdAt: string
  readonly retiredAt: string | null
  readonly revokedAt: string | null
}

export type EvidenceKeysView = {
  readonly keys: readonly EvidenceKeyView[]
}

export type FirstFrameView = {
  readonly calls: number
  readonly agentFirstVideoFrameMs: Percentiles
  readonly buyerFirstAudioMs: Percentiles
  readonly buyerFirstVideoFrameMs: Percentiles
}

export type GapView = {
  readonly participantId: string
  readonly source: string
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly reason: string
}

export type HoldRequest = {
  readonly reason: string
}

export type HoldView = {
  readonly holdId: string
  readonly reason: string
  readonly setBy: string
  readonly setAt: string
}

export type KeepingView = {
  readonly mediaUntil: string | null
  readonly reason: string
  readonly holds: readonly HoldView[]
  readonly worm: string
  readonly mayHold: boolean
  readonly mayErase: boolean
}

export type LaneItemView = {
  readonly lane: string
  readonly kind: string
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly participantId: string
  readonly role: string
  readonly source: string
  readonly detail: string
}

export type MediaTokenRequest = {
  readonly role: string
  readonly displayName: string
  readonly consentGiven: boolean
  readonly language: string
}

export type MediaTokenView = {
  readonly participantId: string
  readonly whipUrl: string
  readonly whepUrl: string
  readonly token: string
  readonly expiresAt: string
}

export type NotesView = {
  readonly notes: string
  readonly notesVersion: number
}

export type OpenTicketRequest = {
  readonly subject: string
  readonly buyerName: string
  readonly buyerPhone: string
  readonly problemType: string
  readonly platform: string
  readonly platformOrderId: string
  readonly orderLines: readonly OrderLine[]
}

export type OrderLine = {
  readonly sku: string
  readonly title: string
  readonly quantity: number
  readonly unitPrice: number
  readonly currency: string
}

export type PauseRecordingRequest = {
  readonly reason: string
}

export type Percentiles = {
  readonly samples: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export type PhotoReceipt = {
  readonly photoId: string
  readonly sha256: string
  readonly count: number
}

export type PhotoView = {
  readonly photoId: string
  readonly contentType: string
  readonly length: number
  readonly sha256: string
  readonly receivedAt: string
  readonly note: string
}

export const problemCodes = [
  'session.unauthenticated',
  'session.forbidden',
  'session.sign_in_failed',
  'session.locked_out',
  'session.password_change_required',
  'session.password_too_weak',
  'request.origin_refused',
  'request.invalid',
  'request.too_large',
  'request.too_many',
  'request.not_found',
  'ticket.not_found',
  'ticket.closed',
  'ticket.notes_conflict',
  'agent.exists',
  'call.not_found',
  'call.ended',
  'call.already_active',
  'call.at_capacity',
  'recording.not_ready',
  'recording.not_found',
  'recording.not_sealed',
  'recording.on_hold',
  'recording.erased',
  'recording.file_changed',
  'recording.not_running',
  'recording.confirmation_wrong',
  'hold.not_found',
  'receipt.not_found',
  'evidence_key.not_found',
  'recording.disk_full',
  'link.not_valid',
  'consent.required',
  'consent.outdated',
  'photo.not_accepted',
  'still.camera_off',
  'media.sdp_refused',
  'media.room_full',
  'server.unavailable',
  'server.unexpected',
] as const
export type ProblemCode = (typeof problemCodes)[number]

export type RatingRequest = {
  readonly stars: number
  readonly comment: string
}

export type RatingView = {
  readonly stars: number
  readonly comment: string
}

export type ReceiptView = {
  readonly code: string
  readonly url: string
  readonly qrSvg: string
  readonly startedAt: string
  readonly durationSeconds: number
  readonly blocks: number
  readonly seq: number
  readonly headHex: string
  readonly keyId: string
  readonly complete: boolean
  readonly standing: string
  readonly envelope: string
}

export type RecordingFileView = {
  readonly name: string
  readonly purpose: string
  readonly contentType: string
  readonly length: number
  readonly sha256: string
  readonly url: string
}

export type RecordingView = {
  readonly recordingId: string
  readonly state: string
  readonly reason: string
  readonly durationSeconds: number
  readonly startedAt: string
  readonly files: readonly RecordingFileView[]
  readonly gaps: readonly GapView[]
}

export type RedeemRequest = {
  readonly token: string
}

export type RetentionPolicy = {
  readonly mediaDaysAfterClose: number
  readonly disputeMediaDays: number
  readonly recordsDays: number
}

export type ReviewCaseView = {
  readonly recordingId: string
  readonly callId: string
  readonly ticketId: string
  readonly ticketNumber: number
  readonly subject: string
  readonly buyerName: string
  readonly agentName: string
  readonly startedAt: string
  readonly durationSeconds: number
  readonly state: string
  readonly integrity: string
  readonly onHold: boolean
  readonly posterUrl: string | null
}

export type ReviewFreezeView = {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly count: number
  readonly frozenSeconds: number
}

export type ReviewListView = {
  readonly cases: readonly ReviewCaseView[]
  readonly nextCursor: string | null
}

export type ReviewPictureRunView = {
  readonly codec: string
  readonly width: number
  readonly height: number
  readonly fromSeconds: number
  readonly toSeconds: number
}

export type ReviewPictureView = {
  readonly participantId: string
  readonly role: string
  readonly source: string
  readonly kind: string
  readonly url: string
  readonly fileName: string
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly runs: readonly ReviewPictureRunView[]
}

export type ReviewPlaybackView = {
  readonly kind: string
  readonly pictureUrl: string | null
  readonly pictures: readonly ReviewPictureView[]
  readonly voices: readonly ReviewVoiceView[]
  readonly posterUrl: string | null
  readonly storyboardUrl: string | null
  readonly waveformUrl: string | null
}

export type ReviewQualityView = {
  readonly participantId: string
  readonly role: string
  readonly stepSeconds: number
  readonly upLoss: readonly number[]
  readonly downLoss: readonly number[]
  readonly upKbps: readonly number[]
  readonly downKbps: readonly number[]
  readonly roundTripMs: readonly number[]
  readonly freezes: readonly ReviewFreezeView[]
}

export type ReviewSealView = {
  readonly manifestUrl: string
  readonly checkpointsUrl: string
  readonly keysUrl: string
  readonly exportUrl: string
  readonly signingKeyId: string
  readonly sealedAt: string
  readonly timestamp: string
  readonly receiptCode: string
}

export type ReviewStillView = {
  readonly seconds: number
  readonly participantId: string
  readonly role: string
  readonly url: string
  readonly offset: number
  readonly length: number
  readonly width: number
  readonly height: number
  readonly sha256: string
}

export type ReviewTrackView = {
  readonly participantId: string
  readonly role: string
  readonly source: string
  readonly kind: string
  readonly codec: string
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly frames: number
  readonly droppedFrames: number
  readonly lostPackets: number
  readonly recoveredPackets: number
  readonly clock: string
}

export type ReviewView = {
  readonly viewId: string
  readonly case: ReviewCaseView
  readonly reason: string
  readonly originAt: string | null
  readonly playback: ReviewPlaybackView | null
  readonly tracks: readonly ReviewTrackView[]
  readonly lanes: readonly LaneItemView[]
  readonly stills: readonly ReviewStillView[]
  readonly quality: readonly ReviewQualityView[]
  readonly files: readonly RecordingFileView[]
  readonly seal: ReviewSealView | null
  readonly keeping: KeepingView
  readonly courtCopy: CourtCopyView
}

export type ReviewVoiceView = {
  readonly participantId: string
  readonly role: string
  readonly url: string
  readonly startsAtSeconds: number
}

export type SaveNotesRequest = {
  readonly notes: string
  readonly notesVersion: number
}

export type SessionView = {
  readonly userId: string
  readonly email: string
  readonly displayName: string
  readonly roles: readonly string[]
  readonly mustChangePassword: boolean
}

export type SignInRequest = {
  readonly email: string
  readonly password: string
}

export type StillReceipt = {
  readonly stillId: string
  readonly sha256: string
  readonly width: number
  readonly height: number
  readonly recorded: boolean
}

export type StorageView = {
  readonly kind: string
  readonly place: string
  readonly worm: string
  readonly writeOnce: boolean
  readonly legalHold: boolean
  readonly retention: boolean
  readonly tags: boolean
  readonly versions: boolean
  readonly checksumOnWrite: boolean
  readonly segmentsWaiting: number
  readonly problem: string
}

export type TicketPage = {
  readonly items: readonly TicketSummary[]
  readonly nextCursor: string | null
  readonly openCount: number
}

export type TicketSummary = {
  readonly ticketId: string
  readonly number: string
  readonly status: string
  readonly subject: string
  readonly buyerName: string
  readonly problemType: string
  readonly platform: string
  readonly openedAt: string
  readonly updatedAt: string
  readonly activeCallId: string | null
  readonly recordingCount: number
}

export type TicketView = {
  readonly ticketId: string
  readonly number: string
  readonly status: string
  readonly subject: string
  readonly buyerName: string
  readonly buyerPhone: string
  readonly problemType: string
  readonly platform: string
  readonly platformOrderId: string
  readonly orderLines: readonly OrderLine[]
  readonly notes: string
  readonly notesVersion: number
  readonly openedAt: string
  readonly updatedAt: string
  readonly closedAt: string | null
  readonly closingReason: string | null
  readonly calls: readonly CallView[]
  readonly photos: readonly PhotoView[]
}

export type UpdateAgentRequest = {
  readonly displayName: string
  readonly roles: readonly string[]
  readonly disabled: boolean
}

export type ViewedRange = {
  readonly fromMs: number
  readonly toMs: number
}

export type ViewedRequest = {
  readonly viewId: string
  readonly ranges: readonly ViewedRange[]
}

export type AcknowledgeRequest = {
  readonly seq: number
}

export type BuyerStepChanged = {
  readonly type: 'buyer_step_changed'
  readonly step: string
  readonly seq: number
}

export type CallChanged = {
  readonly type: 'call_changed'
  readonly call: CallView
}

export type CallEnded = {
  readonly type: 'call_ended'
  readonly reason: string
  readonly seq: number
}

export type CallMessage =
  | ParticipantChanged
  | ParticipantGone
  | SlotsChanged
  | NegotiationWanted
  | BuyerStepChanged
  | ConsentGiven
  | QualityChanged
  | MediaModeChanged
  | StillTaken
  | RecordingStateChanged
  | Checkpoint
  | RecordingAlarm
  | CallEnded
  | Replaced

export type CallSnapshot = {
  readonly callId: string
  readonly ticketId: string
  readonly state: string
  readonly recording: boolean
  readonly elapsedSeconds: number
  readonly participants: readonly ParticipantView[]
  readonly slots: readonly SlotView[]
}

export type Checkpoint = {
  readonly type: 'checkpoint'
  readonly recordingId: string
  readonly part: number
  readonly blockSeq: number
  readonly headHex: string
  readonly at: string
  readonly envelope: string
  readonly seq: number
}

export type CommandResult = {
  readonly code: string | null
}

export type ConnectRequest = {
  readonly callId: string
  readonly resumeToken: string | null
  readonly lastSeq: number
}

export type ConnectResult = {
  readonly outcome: string
  readonly code: string | null
  readonly participantId: string | null
  readonly resumeToken: string | null
  readonly snapshot: CallSnapshot | null
  readonly iceServers: readonly IceServer[]
}

export type ConsentGiven = {
  readonly type: 'consent_given'
  readonly at: string
  readonly seq: number
}

export type DeskMessage =
  | TicketChanged
  | CallChanged
  | PhotoReceived

export type EchoCheckpointRequest = {
  readonly recordingId: string
  readonly part: number
  readonly blockSeq: number
  readonly headHex: string
}

export type FollowRequest = {
  readonly ticketId: string | null
}

export type HangUpRequest = {
  readonly reason: string
}

export type CallClientMethods = {
  Receive(message: CallMessage): void
}

export type CallHubMethods = {
  Connect(request: ConnectRequest): ConnectResult
  Negotiate(request: NegotiateRequest): NegotiateResult
  SetPublications(request: SetPublicationsRequest): CommandResult
  ReportStep(request: ReportStepRequest): CommandResult
  ReportTiming(request: ReportTimingRequest): CommandResult
  ReportQuality(request: ReportQualityRequest): CommandResult
  RenewIceServers(request: RenewIceServersRequest): IceServersResult
  Acknowledge(request: AcknowledgeRequest): CommandResult
  EchoCheckpoint(request: EchoCheckpointRequest): CommandResult
  ReportLink(request: LinkReport): CommandResult
  HangUp(request: HangUpRequest): CommandResult
  Leave(request: LeaveRequest): CommandResult
}

export type DeskClientMethods = {
  Receive(message: DeskMessage): void
}

export type DeskHubMethods = {
  Follow(request: FollowRequest): CommandResult
}

export type IceServer = {
  readonly urls: readonly string[]
  readonly username: string | null
  readonly credential: string | null
}

export type IceServersResult = {
  readonly code: string | null
  readonly iceServers: readonly IceServer[]
}

export type LeaveRequest = {
  readonly reason: string
}

export type LinkReport = {
  readonly sends: string
  readonly estimateBps: number
}

export type MediaModeChanged = {
  readonly type: 'media_mode_changed'
  readonly participantId: string
  readonly sends: string
  readonly receives: string
  readonly reason: string
  readonly seq: number
}

export type NegotiateRequest = {
  readonly sdp: string
}

export type NegotiateResult = {
  readonly sdp: string | null
  readonly code: string | null
  readonly detail: string | null
  readonly slots: readonly SlotView[]
}

export type NegotiationWanted = {
  readonly type: 'negotiation_wanted'
  readonly audioSlots: number
  readonly videoSlots: number
  readonly reason: string
  readonly seq: number
}

export type ParticipantChanged = {
  readonly type: 'participant_changed'
  readonly participant: ParticipantView
  readonly seq: number
}

export type ParticipantGone = {
  readonly type: 'participant_gone'
  readonly participantId: string
  readonly reason: string
  readonly seq: number
}

export type ParticipantView = {
  readonly participantId: string
  readonly role: string
  readonly displayName: string
  readonly connection: string
  readonly publications: readonly PublicationView[]
}

export type PhotoReceived = {
  readonly type: 'photo_received'
  readonly ticketId: string
  readonly photo: PhotoView
}

export type PublicationUpdate = {
  readonly mid: string
  readonly source: string
  readonly muted: boolean
}

export type PublicationView = {
  readonly publicationId: string
  readonly kind: string
  readonly source: string
  readonly muted: boolean
  readonly active: boolean
}

export type QualityChanged = {
  readonly type: 'quality_changed'
  readonly participantId: string
  readonly uplinkLoss: number
  readonly downlinkLoss: number
  readonly roundTripMs: number
  readonly uplinkBps: number
  readonly downlinkBps: number
  readonly level: string
  readonly seq: number
}

export type RecordingAlarm = {
  readonly type: 'recording_alarm'
  readonly code: string
  readonly detail: string
  readonly seq: number
}

export type RecordingStateChanged = {
  readonly type: 'recording_state_changed'
  readonly state: string
  readonly seq: number
}

export type RenewIceServersRequest = {
}

export type Replaced = {
  readonly type: 'replaced'
  readonly by: string
  readonly seq: number
}

export type ReportQualityRequest = {
  readonly overMs: number
  readonly frames: number
  readonly freezes: number
  readonly frozenMs: number
  readonly bufferMs: number
  readonly width: number
  readonly height: number
  readonly sentWidth: number
  readonly sentHeight: number
  readonly path: string
}

export type ReportStepRequest = {
  readonly step: string
}

export type ReportTimingRequest = {
  readonly measure: string
  readonly milliseconds: number
}

export type SetPublicationsRequest = {
  readonly publications: readonly PublicationUpdate[]
}

export type SlotView = {
  readonly mid: string
  readonly kind: string
  readonly publicationId: string | null
  readonly participantId: string | null
  readonly source: string | null
}

export type SlotsChanged = {
  readonly type: 'slots_changed'
  readonly slots: readonly SlotView[]
  readonly seq: number
}

export type StillTaken = {
  readonly type: 'still_taken'
  readonly participantId: string
  readonly stillId: string
  readonly width: number
  readonly height: number
  readonly seq: number
}

export type TicketChanged = {
  readonly type: 'ticket_changed'
  readonly ticket: TicketSummary
}
