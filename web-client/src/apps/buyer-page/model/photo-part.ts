import { reasonOf } from '@/signalling/problem'
import type { EntryApi } from './entry-api'
import { canPreview, maxPhotos, photoState, sendable, stateAfter, withPhoto, type PhotoItem } from './photos'

export type PhotoState = { readonly items: readonly PhotoItem[]; readonly sending: boolean; readonly overLimit: boolean }

/** Photos one after the other: on a weak uplink the first arrive while the last still wait. */
export class PhotoPart {
  private state: PhotoState = { items: [], sending: false, overLimit: false }
  private nextId = 1

  constructor(private readonly api: EntryApi, private readonly changed: (state: PhotoState) => void) {}

  add(files: readonly File[]): void {
    const room = maxPhotos - this.state.items.length
    const added = files.slice(0, Math.max(0, room)).map((file): PhotoItem => ({
      id: this.nextId++, file, note: '', progress: 0, state: photoState(file),
      preview: canPreview(file) ? URL.createObjectURL(file) : null,
    }))
    this.update({ items: [...this.state.items, ...added], overLimit: files.length > room })
  }

  remove(id: number): void {
    const item = this.state.items.find((one) => one.id === id)
    if (item === undefined || item.state === 'sending' || item.state === 'sent') return
    if (item.preview !== null) URL.revokeObjectURL(item.preview)
    this.update({ items: this.state.items.filter((one) => one.id !== id), overLimit: false })
  }

  note(id: number, note: string): void {
    this.update({ items: withPhoto(this.state.items, id, { note }) })
  }

  async send(): Promise<void> {
    if (this.state.sending) return
    this.update({ sending: true })
    for (const { id } of sendable(this.state.items)) await this.sendOne(id)
    this.update({ sending: false })
  }

  private async sendOne(id: number): Promise<void> {
    const item = this.state.items.find((one) => one.id === id)
    if (item === undefined) return
    this.change(id, { state: 'sending', progress: 0 })
    try {
      await this.api.photo(item.file, item.note.trim(), (progress) => this.change(id, { progress }))
      this.change(id, { state: 'sent', progress: 1 })
    } catch (error) {
      this.change(id, { state: stateAfter(reasonOf(error)) })
    }
  }

  private change(id: number, change: Partial<PhotoItem>): void {
    this.update({ items: withPhoto(this.state.items, id, change) })
  }

  private update(change: Partial<PhotoState>): void {
    this.state = { ...this.state, ...change }
    this.changed(this.state)
  }
}
