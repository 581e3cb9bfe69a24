import { shallowRef, type ShallowRef } from 'vue'
import type { BuyerCallView } from '@/contracts/generated'
import type { CallOutcome } from '@/call/state'
import { endReasons, known } from '@/contracts/names'
import { browserKind } from '@/media/browser'
import { surroundings } from '@/media/capture'
import { reasonOf, type ProblemReason } from '@/signalling/problem'
import { language } from '@/ui/messages'
import { CallPart } from './call-part'
import { EntryApi } from './entry-api'
import { endingOf, endingOfReason, noticeOf, remarkOf } from './outcome'
import { PhotoPart } from './photo-part'
import { ReceiptPart } from './receipt-part'
import type { BuyerActions, ConsentAction, GoodbyeView, NoticeKind, Screen } from './screen'

/** How long a browser may think before its dialog must be on the screen and deserves an explanation. */
const dialogAfterMs = 700

/** From the link to the goodbye: which screen is shown, and what every button does. */
export class BuyerSession implements BuyerActions {
  readonly screen: ShallowRef<Screen> = shallowRef<Screen>({ name: 'loading' })
  private readonly browser = browserKind(navigator.userAgent, navigator.maxTouchPoints)
  private readonly photoPart: PhotoPart
  private readonly receiptPart: ReceiptPart
  private call: BuyerCallView | null = null
  private callPart: CallPart | null = null
  private agreed = false
  private withdrawn = false

  constructor(private readonly page: Window, private readonly api: EntryApi = new EntryApi()) {
    this.photoPart = new PhotoPart(api, (state) => { if (this.call !== null) this.show({ name: 'photos', call: this.call, ...state }) })
    this.receiptPart = new ReceiptPart(api, page, (receipt) => {
      const { value } = this.screen
      if (value.name === 'goodbye') this.show({ ...value, view: { ...value.view, receipt } })
    })
  }

  async start(): Promise<void> {
    const token = this.page.location.hash.slice(1)
    const around = surroundings()
    if (!around.secure) return this.notice('insecure')
    // An opened link belongs to the browser that opened it: one without a camera must not take it.
    if (token !== '' && !around.hasApi) {
      return this.show({ name: 'in_app', browser: this.browser, link: this.page.location.href, copied: 'no' })
    }
    await this.enter(token)
  }

  agree(): void {
    const { call } = this
    if (call === null || this.busy()) return
    this.callPart?.unlockSound()
    void this.startCall(call, true)
  }

  returnToCall(): void {
    const { call } = this
    if (call === null) return
    this.callPart?.unlockSound()
    void this.startCall(call, false)
  }

  retryCapture(): void {
    const { call } = this
    if (call === null) return
    this.callPart?.unlockSound()
    void this.openCamera(call)
  }

  choosePhotos(): void {
    void this.choose('photos', () => {
      this.leaveCall()
      this.photoPart.add([])
    })
  }

  decline(): void {
    void this.choose('decline', () => {
      this.leaveCall()
      this.notice('declined')
    })
  }

  copyLink(): void {
    const { value } = this.screen
    if (value.name !== 'in_app') return
    const done = (copied: 'yes' | 'failed') => this.show({ ...value, copied })
    if (navigator.clipboard === undefined) return done('failed')
    navigator.clipboard.writeText(value.link).then(() => done('yes'), () => done('failed'))
  }

  stayInApp(): void {
    const token = this.page.location.hash.slice(1)
    void this.enter(token).then(() => { if (this.screen.value.name === 'consent') this.choosePhotos() })
  }

  toggleMute(): void { this.callPart?.toggleMute() }
  toggleCamera(): void { this.callPart?.toggleCamera() }
  flip(): void { this.callPart?.flip() }
  askHangUp(asking: boolean): void { this.callPart?.ask(asking) }
  hangUp(): void { this.callPart?.hangUp() }
  unblockSound(): void { this.callPart?.unblockSound() }
  agentPictureShown(element: HTMLVideoElement): void { this.callPart?.pictureShown(element) }

  withdraw(): void {
    this.withdrawn = true
    // Recording stops by the request; if the network is gone, the hang-up ends it as well.
    void this.api.withdraw().catch(() => undefined).finally(() => this.callPart?.hangUp())
  }

  addPhotos(files: readonly File[]): void { this.photoPart.add(files) }
  removePhoto(id: number): void { this.photoPart.remove(id) }
  notePhoto(id: number, note: string): void { this.photoPart.note(id, note) }
  sendPhotos(): void { void this.photoPart.send() }

  star(stars: number): void { this.rating({ stars }) }
  comment(comment: string): void { this.rating({ comment }) }
  sendRating(): void { void this.rate() }
  askReceipt(): void { this.receiptPart.start() }
  copyReceipt(): void { this.receiptPart.copy() }
  saveReceipt(): void { this.receiptPart.save() }

  noticeAction(): void {
    const { value } = this.screen
    if (value.name === 'notice' && value.notice === 'lost' && this.callPart !== null) {
      this.callPart.unlockSound()
      this.callPart.reconnect()
    } else {
      this.page.location.reload()
    }
  }

  private async enter(token: string): Promise<void> {
    this.show({ name: 'loading' })
    try {
      if (token !== '') {
        await this.api.redeem(token)
        this.page.history.replaceState(null, '', this.page.location.pathname)
      }
      this.landed(await this.api.call())
    } catch (error) {
      this.notice(noticeOf(reasonOf(error)))
    }
  }

  private landed(call: BuyerCallView): void {
    this.call = call
    if (call.state === 'ended') return this.landedAfterEnd(call)
    this.prepareCall(call)
    if (call.state === 'live') return this.show({ name: 'return', call })
    this.show({ name: 'consent', call, busy: null, remark: null })
  }

  private landedAfterEnd(call: BuyerCallView): void {
    if (call.endReason === 'buyer_photos') return this.photoPart.add([])
    const ending = endingOfReason(known(endReasons, call.endReason, 'unknown'))
    if (ending.kind === 'notice') this.notice(ending.notice)
    else this.goodbye(ending.reason, null, call.rated)
  }

  private prepareCall(call: BuyerCallView): void {
    this.callPart = new CallPart(call.agentName, {
      view: (view) => this.show({ name: 'call', view }),
      joined: () => { if (!this.agreed && call.state === 'waiting') this.callPart?.readingConsent() },
      closed: (outcome) => this.closed(outcome),
    }, () => this.page.document.body.appendChild(this.page.document.createElement('audio')))
    this.callPart.joinEarly()
  }

  private async startCall(call: BuyerCallView, asks: boolean): Promise<void> {
    const agreedAtMs = performance.now()
    this.agreed = true
    const consented = asks ? this.recordConsent(call, agreedAtMs) : this.startMedia(null)
    const [allowed] = await Promise.all([consented, this.openCamera(call, consented)])
    if (!allowed) this.agreed = false
  }

  private async recordConsent(call: BuyerCallView, agreedAtMs: number): Promise<boolean> {
    try {
      await this.api.consent('recorded_call', call.consent.version, language.value)
    } catch (error) {
      await this.consentRefused(reasonOf(error))
      return false
    }
    return this.startMedia(agreedAtMs)
  }

  private startMedia(agreedAtMs: number | null): Promise<boolean> {
    this.callPart?.startMedia(agreedAtMs)
    return Promise.resolve(true)
  }

  private async consentRefused(reason: ProblemReason): Promise<void> {
    this.leaveCall()
    const remark = remarkOf(reason)
    if (remark === null) return this.notice(noticeOf(reason))
    try {
      this.landed(await this.api.call())
    } catch {
      // Still offline: the page they read is good enough to try again from.
      if (this.call !== null) this.landed(this.call)
    }
    const { value } = this.screen
    if (value.name === 'consent') this.show({ ...value, remark })
  }

  /** Asks the browser; `consented` decides whether what it gives may be used. */
  private async openCamera(call: BuyerCallView, consented: Promise<boolean> = Promise.resolve(true)): Promise<void> {
    const part = this.callPart
    const asking: Screen = { name: 'permission', call, patient: false, site: this.page.location.host, browser: this.browser }
    this.show(asking)
    const patience = setTimeout(() => { if (this.screen.value === asking) this.show({ ...asking, patient: true }) }, dialogAfterMs)
    const [failure, allowed] = [await part?.openCamera() ?? null, await consented]
    clearTimeout(patience)
    if (!allowed || part !== this.callPart || this.screen.value.name !== 'permission') return
    if (failure !== null) return this.show({ name: 'capture_help', call, failure, browser: this.browser })
    part?.showCall()
  }

  private async choose(choice: 'photos' | 'decline', then: () => void): Promise<void> {
    const { call } = this
    if (call === null || this.busy()) return
    const before = this.screen.value
    this.busyWith(choice)
    this.callPart?.expectEnd()
    try {
      await this.api.consent(choice, call.consent.version, language.value)
      then()
    } catch (error) {
      const reason = reasonOf(error)
      if (before.name === 'consent' && (reason === 'network' || reason === 'timeout')) this.show({ ...before, busy: null, remark: 'offline' })
      else this.notice(noticeOf(reason))
    }
  }

  private busy(): boolean {
    const { value } = this.screen
    return value.name === 'consent' && value.busy !== null
  }

  private busyWith(action: ConsentAction): void {
    const { value } = this.screen
    if (value.name === 'consent') this.show({ ...value, busy: action, remark: null })
  }

  private closed(outcome: CallOutcome): void {
    const ending = endingOf(outcome)
    // Before Agree a lost socket is nobody's business: the page still works by HTTP.
    if (!this.agreed && outcome.kind !== 'ended' && outcome.kind !== 'replaced') return
    const elapsed = this.callPart?.elapsedSeconds ?? null
    if (this.withdrawn) {
      this.leaveCall()
      return this.goodbye('withdrawn', elapsed, false)
    }
    if (ending.kind === 'notice') {
      if (ending.notice !== 'lost') this.leaveCall()
      return this.notice(ending.notice)
    }
    this.leaveCall()
    if (!this.agreed && this.call?.state === 'waiting') return this.notice('cancelled')
    this.goodbye(ending.reason, elapsed, false)
  }

  private goodbye(reason: GoodbyeView['reason'], durationSeconds: number | null, rated: boolean): void {
    const { call } = this
    if (call === null) return
    this.show({
      name: 'goodbye',
      view: {
        agentName: call.agentName, reason, durationSeconds, retentionDays: call.consent.retentionDays,
        receipt: { kind: 'waiting' }, rating: { stars: 0, comment: '', state: rated ? 'sent' : 'open' },
      },
    })
    this.receiptPart.start(reason !== 'expired')
  }

  private rating(change: Partial<GoodbyeView['rating']>): void {
    const { value } = this.screen
    if (value.name === 'goodbye') this.show({ ...value, view: { ...value.view, rating: { ...value.view.rating, ...change } } })
  }

  private async rate(): Promise<void> {
    const { value } = this.screen
    if (value.name !== 'goodbye' || value.view.rating.stars === 0 || value.view.rating.state === 'sending') return
    this.rating({ state: 'sending' })
    const { stars, comment } = value.view.rating
    const done = await this.api.rate({ stars, comment: comment.trim() }).then(() => true, () => false)
    this.rating({ state: done ? 'sent' : 'failed' })
  }

  private leaveCall(): void {
    this.callPart?.dispose()
    this.callPart = null
  }

  private notice(notice: NoticeKind): void {
    this.show({ name: 'notice', notice })
  }

  private show(screen: Screen): void {
    this.screen.value = screen
  }
}
