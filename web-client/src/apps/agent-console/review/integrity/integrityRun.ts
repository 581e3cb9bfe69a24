import type { ReviewSealView } from '@/contracts/generated'
import type { CheckName, Verification } from '@/evidence/verification'

export type IntegrityAddresses = Pick<ReviewSealView, 'manifestUrl' | 'checkpointsUrl' | 'keysUrl'> & { readonly recordingId: string }
export type IntegrityProgress = { readonly check: CheckName; readonly done: number; readonly total: number }
export type IntegrityAnswer =
  | { readonly kind: 'progress'; readonly progress: IntegrityProgress }
  | { readonly kind: 'done'; readonly verification: Verification }
  | { readonly kind: 'broke'; readonly message: string }

/** Runs the check somewhere; aborting throws it away. */
export type IntegrityRunner = (at: IntegrityAddresses, progress: (progress: IntegrityProgress) => void, abort: AbortSignal) => Promise<Verification>

/** In a worker: a recording of an hour is a gigabyte of digests, and the player must stay smooth. */
export const runInWorker: IntegrityRunner = (at, progress, abort) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const end = (): void => worker.terminate()
  abort.addEventListener('abort', end, { once: true })
  worker.onmessage = ({ data }: MessageEvent<IntegrityAnswer>) => {
    if (data.kind === 'progress') return progress(data.progress)
    end()
    if (data.kind === 'done') resolve(data.verification)
    else reject(new Error(data.message))
  }
  worker.onerror = (event) => {
    end()
    reject(new Error(event.message))
  }
  worker.postMessage(at)
})
