import { fetchBytes, fetchJson, type EvidenceSource } from '@/evidence/source'
import { verifyRecording } from '@/evidence/verifyRecording'
import type { IntegrityAddresses, IntegrityAnswer } from './integrityRun'

/** Enough news for a bar that moves, not one message per read of the network. */
const tellEveryMs = 100

function sourceAt(at: IntegrityAddresses): EvidenceSource {
  const request = fetch.bind(globalThis)
  const recording = `/api/recordings/${encodeURIComponent(at.recordingId)}`
  return {
    manifest: () => fetchJson(at.manifestUrl, request),
    keys: () => fetchJson(at.keysUrl, request),
    checkpoints: () => fetchJson(at.checkpointsUrl, request),
    segment: (name) => fetchBytes(`${recording}/segments/${encodeURIComponent(name)}`, request),
    file: (name) => fetchBytes(`${recording}/files/${encodeURIComponent(name)}`, request),
  }
}

const answer = (message: IntegrityAnswer): void => globalThis.postMessage(message)

globalThis.addEventListener('message', (event: MessageEvent<IntegrityAddresses>) => {
  let told = 0
  verifyRecording(event.data.recordingId, sourceAt(event.data), (check, done, total) => {
    const now = performance.now()
    if (now - told < tellEveryMs) return
    told = now
    answer({ kind: 'progress', progress: { check, done, total } })
  }).then(
    (verification) => answer({ kind: 'done', verification }),
    (error: unknown) => answer({ kind: 'broke', message: error instanceof Error ? error.message : String(error) }),
  )
})
