import { problemFrom, ProblemError } from './problem'

/** Longer than any photo the page sends should take; one that takes longer tells that the way is too weak. */
const patienceMs = 20_000

/** A photo in place of video; its type is the blob's. Every refusal is a ProblemError. */
export async function sendStill(path: string, image: Blob): Promise<void> {
  await exchange(path, { method: 'POST', body: image })
}

/** The latest photo of a participant. */
export async function fetchStill(path: string): Promise<Blob> {
  return (await exchange(path, {})).blob()
}

async function exchange(path: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(patienceMs)
  const response = await fetch(path, { ...init, signal }).catch(() => { throw new ProblemError(signal.aborted ? 'timeout' : 'network', 0) })
  if (!response.ok) throw problemFrom(response.status, null, null)
  return response
}
