import type { BuyerCallView, ReceiptView } from '@/contracts/generated'
import type { QualityWord } from '@/call/phase'
import type { BrowserKind } from '@/media/browser'
import type { CaptureFailure } from '@/media/capture-failure'
import type { PhotoItem } from './photos'

/** Everything the buyer's page can show. The components render one of these and nothing else. */
export type Screen =
  | { readonly name: 'loading' }
  | { readonly name: 'notice'; readonly notice: NoticeKind }
  /** Shown before the link is redeemed, so that it still opens in the browser the buyer moves to. */
  | { readonly name: 'in_app'; readonly browser: BrowserKind; readonly link: string; readonly copied: 'no' | 'yes' | 'failed' }
  | { readonly name: 'consent'; readonly call: BuyerCallView; readonly busy: ConsentAction | null; readonly remark: ConsentRemark | null }
  | { readonly name: 'return'; readonly call: BuyerCallView }
  /** `patient`: the browser has not answered for a moment, so its dialog is on the screen: explain it. */
  | { readonly name: 'permission'; readonly call: BuyerCallView; readonly patient: boolean; readonly site: string; readonly browser: BrowserKind }
  | { readonly name: 'capture_help'; readonly call: BuyerCallView; readonly failure: CaptureFailure; readonly browser: BrowserKind }
  | { readonly name: 'call'; readonly view: CallScreenView }
  | { readonly name: 'photos'; readonly call: BuyerCallView; readonly items: readonly PhotoItem[]; readonly sending: boolean; readonly overLimit: boolean }
  | { readonly name: 'goodbye'; readonly view: GoodbyeView }

export type ConsentRemark = 'outdated' | 'offline' | 'cannot_record'

export type ConsentAction = 'agree' | 'photos' | 'decline'

export const noticeKinds = [
  'link_not_valid', 'cancelled', 'declined', 'declined_earlier', 'replaced', 'lost', 'offline', 'unavailable', 'too_many', 'refused', 'insecure', 'photos_over',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

export type CallScreenView = {
  readonly agentName: string
  readonly phase: 'waiting_agent' | 'connecting' | 'live' | 'reconnecting'
  /** Whole seconds since the loss; 0 unless reconnecting. */
  readonly reconnectingSeconds: number
  /** "02:14"; null before the call began. */
  readonly elapsed: string | null
  readonly recording: 'recording' | 'paused' | 'off'
  readonly quality: QualityWord
  readonly own: OwnView
  /** What goes out in place of the camera's video. A weak way down only hides the agent's picture: nothing is spent on photos of a face. */
  readonly weak: WeakLink
  readonly agent: AgentPresence
  readonly agentPicture: MediaStream | null
  readonly agentMuted: boolean
  readonly morePeople: number
  readonly soundBlocked: boolean
  readonly askingToHangUp: boolean
}

export type WeakLink = 'none' | 'photos' | 'sound'

export type AgentPresence = 'not_yet' | 'here' | 'reconnecting' | 'left'

export type OwnView = {
  readonly picture: MediaStream | null
  readonly mirrored: boolean
  readonly muted: boolean
  readonly camera: 'on' | 'off' | 'no_device' | 'busy' | 'failed'
  readonly microphone: 'on' | 'failed'
  readonly switching: boolean
}

export type GoodbyeView = {
  readonly agentName: string
  readonly reason: 'agent_hung_up' | 'buyer_hung_up' | 'withdrawn' | 'expired' | 'server_stopped'
  readonly durationSeconds: number | null
  readonly retentionDays: number
  readonly receipt: ReceiptState
  readonly rating: { readonly stars: number; readonly comment: string; readonly state: 'open' | 'sending' | 'failed' | 'sent' }
}

/** `late`: it was not there in time and can be asked for again. `none`: nothing was recorded, as far as is known. */
export type ReceiptState =
  | { readonly kind: 'none' | 'waiting' | 'late' }
  | { readonly kind: 'there'; readonly receipt: ReceiptView; readonly copied: 'no' | 'yes' | 'failed' }

/** What the components may ask for. */
export type BuyerActions = {
  agree(): void
  choosePhotos(): void
  decline(): void
  returnToCall(): void
  retryCapture(): void
  copyLink(): void
  stayInApp(): void
  toggleMute(): void
  toggleCamera(): void
  flip(): void
  askHangUp(asking: boolean): void
  hangUp(): void
  withdraw(): void
  unblockSound(): void
  agentPictureShown(element: HTMLVideoElement): void
  addPhotos(files: readonly File[]): void
  removePhoto(id: number): void
  notePhoto(id: number, note: string): void
  sendPhotos(): void
  star(stars: number): void
  comment(text: string): void
  sendRating(): void
  askReceipt(): void
  copyReceipt(): void
  saveReceipt(): void
  /** The button of a notice: reload, reconnect, take over. */
  noticeAction(): void
}
