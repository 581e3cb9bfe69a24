import type { CustodyEntryView, LaneItemView, ReviewCaseView, ReviewQualityView, ReviewStillView, ReviewView, StorageView } from '@/contracts/generated'
import { checkNames, type Check, type Verification } from '@/evidence/verification'
import type { IntegrityRunner } from '../review/integrity/integrityRun'
import { ago } from './fakeData'

/** Recordings for looking at the review pages. Media comes from the script that takes the pictures; without it the player says so. */
const hash = (seed: number): string => Array.from({ length: 64 }, (_, index) => ((seed * 11 + index * 7) % 16).toString(16)).join('')
const seconds = 48

function one(recordingId: string, ticketNumber: number, subject: string, buyerName: string, minutes: number, more: Partial<ReviewCaseView> = {}): ReviewCaseView {
  return {
    recordingId, callId: `call-${recordingId}`, ticketId: `t${ticketNumber - 1041}`, ticketNumber, subject, buyerName, agentName: '林晓雨', startedAt: ago(minutes), durationSeconds: seconds,
    state: 'ready', integrity: 'sealed', onHold: false, posterUrl: null, ...more,
  }
}

export const fakeCases: readonly ReviewCaseView[] = [
  one('r1', 1042, '左耳机没有声音，充电盒指示灯一直闪红光', '王**', 57, { posterUrl: picture(28) }),
  one('r2', 1046, '净水器不会装，能视频教一下吗', '赵**', 34, { state: 'muxing', integrity: 'pending', durationSeconds: 0 }),
  one('r3', 1044, 'The blender leaks from the base after the second use and smells of burnt plastic, and the lid no longer closes 🔥', 'Alexandrina-Josephine M.', 190, { agentName: 'Maximilian Featherstonehaugh-Cholmondeley', onHold: true, posterUrl: picture(205), durationSeconds: 3_734 }),
  one('r4', 1043, '快递显示签收，但我没有收到', '欧阳**', 1_499, { state: 'partial', integrity: 'recovered', posterUrl: picture(150) }),
  one('r5', 1050, '奶粉罐底有凹陷，担心密封', '郑**', 2_100, { state: 'failed', integrity: 'pending', durationSeconds: 0 }),
  one('r6', 1045, '直播说送的赠品没有发', '李*', 60 * 24 * 190, { state: 'erased', integrity: 'erased' }),
  one('r7', 1047, '退货运费谁出', '孙**', 3_000, { posterUrl: null }),
]

function picture(hue: number): string {
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"><rect width="160" height="90" fill="hsl(${hue} 30% 40%)"/><rect x="52" y="22" width="56" height="46" rx="12" fill="#f2f2ee"/><circle cx="80" cy="52" r="3" fill="#5ecb8a"/></svg>`)}`
}

const item = (lane: string, kind: string, from: number, to = from, more: Partial<LaneItemView> = {}): LaneItemView => ({ lane, kind, fromSeconds: from, toSeconds: to, participantId: 'b', role: 'buyer', source: '', detail: '', ...more })
const lanes: readonly LaneItemView[] = [
  item('consent', 'consent_given', 0), item('people', 'participant_joined', 0.4), item('people', 'participant_joined', 0.6, 0.6, { role: 'agent', participantId: 'a' }),
  item('people', 'participant_joined', 21, 21, { role: 'supervisor' }), item('people', 'participant_left', 34, 34, { role: 'supervisor' }),
  item('mark', 'mark', 8), item('mark', 'mark', 9.3), item('mark', 'mark', 27), item('photo', 'photo_received', 15.5), item('photo', 'photo_received', 30.2), item('note', 'note', 40, 40, { role: 'agent', detail: '左耳指示灯不亮' }),
  item('mute', 'muted', 10.5, 14, { source: 'microphone' }), item('mute', 'muted', 31, 33, { role: 'agent', source: 'microphone' }), item('pause', 'pause', 24, 26.5, { role: 'agent', detail: '买家报银行卡号' }),
  item('loss', 'loss', 17, 18.2, { detail: '8 %' }), item('loss', 'freeze', 17, 22, { role: 'agent', participantId: 'a', detail: '1.4 s' }), item('loss', 'loss', 36.5, 37.4, { detail: '3 %' }), item('gap', 'network', 18.2, 21.4, { source: 'camera' }), item('gap', 'photos_instead', 41.5, 47, { source: 'camera' }), item('photo', 'stills', 42, 46, { source: 'camera', detail: '2' }), item('system', 'journal_continued', 35),
]

/** A buyer in a stairwell, an agent on a cable. */
function quality(participantId: string, role: string, weak: boolean): ReviewQualityView {
  const of = (value: (second: number) => number): readonly number[] => Array.from({ length: seconds }, (_, second) => (weak && second >= 18 && second < 21 ? -1 : value(second)))
  const loss = (second: number): number => (!weak ? 0 : second >= 15 && second < 18 ? 0.08 : second === 21 ? 0.24 : second >= 36 && second < 38 ? 0.03 : 0)
  return {
    participantId, role, stepSeconds: 1, upLoss: of(loss), downLoss: of((second) => loss(second) / 3),
    upKbps: of((second) => (weak ? 900 + 260 * Math.sin(second / 3) - 3_000 * loss(second) : 380 + 40 * Math.sin(second))), downKbps: of((second) => (weak ? 420 : 900 + 240 * Math.sin(second / 3))),
    roundTripMs: of(() => (weak ? 120 : 18)), freezes: weak ? [] : [{ fromSeconds: 17, toSeconds: 22, count: 2, frozenSeconds: 1.4 }],
  }
}

export function fakeReview(recordingId: string, asked: ReadonlySet<string>): ReviewView | null {
  const found = fakeCases.find((case_) => case_.recordingId === recordingId)
  if (found === undefined) return null
  const playable = found.state === 'ready' || found.state === 'partial'
  const sealed = playable && !asked.has('unsealed')
  const audio = recordingId === 'r7'
  const file = (name: string, purpose: string, contentType: string, length: number, seed: number) => ({ name, purpose, contentType, length, sha256: hash(seed), url: `/fake/${name}` })
  const still = (at: number): ReviewStillView => ({ seconds: at, participantId: 'b', role: 'buyer', url: '/fake/stills-buyer.mjpeg', offset: at * 1_000, length: 1_000, width: 1280, height: 720, sha256: hash(at) })
  return {
    stills: playable ? [still(42), still(46)] : [], viewId: 'v1', case: { ...found, durationSeconds: playable ? seconds : 0 }, originAt: ago(57), tracks: [], quality: playable && !asked.has('no-quality') ? [quality('b', 'buyer', true), quality('a', 'agent', false)] : [], lanes: playable ? lanes.filter((lane) => !audio || lane.source !== 'camera') : [],
    reason: found.state === 'failed' ? 'ffmpeg: exit 1 (moov atom not found)' : found.state === 'partial' ? '服务器在通话中重启' : '',
    playback: playable
      ? { kind: audio ? 'audio' : 'webm', pictureUrl: audio ? null : '/fake/recording.webm', posterUrl: null, storyboardUrl: audio || asked.has('making') ? null : '/api/fake/storyboard', waveformUrl: asked.has('making') ? null : '/api/fake/waveform',
          pictures: audio ? [] : [{ participantId: 'b', role: 'buyer', source: 'camera', kind: 'webm', url: '/fake/recording.webm', fileName: 'video-buyer.webm', fromSeconds: 0, toSeconds: seconds, runs: [{ codec: 'vp8', width: 640, height: 360, fromSeconds: 0, toSeconds: seconds }] },
            ...(recordingId === 'r1' ? [{ participantId: 'a', role: 'agent', source: 'camera', kind: 'webm', url: '/fake/recording.webm?agent', fileName: 'video-agent.webm', fromSeconds: 5, toSeconds: seconds, runs: [{ codec: 'vp8', width: 640, height: 360, fromSeconds: 5, toSeconds: seconds }] }] : [])],
          voices: [{ participantId: 'b', role: 'buyer', url: '/fake/voice.webm', startsAtSeconds: 0 }, { participantId: 'a', role: 'agent', url: '/fake/voice.webm', startsAtSeconds: 0 }] }
      : null,
    files: playable ? [file('playback.mp4', 'playback', 'video/mp4', 6_214_884, 3), file('original.mkv', 'original', 'video/x-matroska', 6_398_720, 5), file('video-buyer.mp4', 'media-picture', 'video/mp4', 5_222_018, 9), file('voice-buyer.mp4', 'media-voice', 'audio/mp4', 402_118, 13), file('timeline.json', 'timeline', 'application/json', 18_222, 15)] : [],
    seal: sealed || found.state === 'erased' ? { manifestUrl: '/m', checkpointsUrl: '/c', keysUrl: '/k', exportUrl: '/e', signingKeyId: '3f9ac21b77d0e845', sealedAt: ago(56), timestamp: asked.has('late') ? 'late' : 'ok', receiptCode: 'R-8K2F-7QXM-3VTA' } : null,
    keeping: {
      mediaUntil: found.onHold || found.state === 'erased' ? null : new Date(Date.now() + 180 * 86_400_000).toISOString(), reason: found.onHold ? 'hold' : found.state === 'erased' ? 'erased' : 'after_close',
      holds: found.onHold ? [{ holdId: 'h1', reason: '平台纠纷 DY-20261120-7718，等待裁定', setBy: '赵敏', setAt: ago(120) }] : [], worm: 'unlocked', mayHold: true, mayErase: true,
    },
    courtCopy: recordingId === 'r3' ? { state: 'ready', reason: '', file: file('court-copy.mp4', 'court-copy', 'video/mp4', 9_214_884, 21) } : { state: asked.has('court') ? 'making' : asked.has('court-failed') ? 'failed' : 'none', reason: asked.has('court-failed') ? 'ffmpeg: no space left' : '', file: null },
  }
}

export function fakeStoryboard(): unknown {
  const sheet = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="90">${Array.from({ length: 10 }, (_, n) => `<g transform="translate(${n * 160})"><rect width="160" height="90" fill="hsl(${20 + n * 9} 28% 38%)"/><rect x="${40 + n * 4}" y="20" width="60" height="50" rx="14" fill="#f2f2ee"/><circle cx="${70 + n * 4}" cy="50" r="4" fill="#5ecb8a"/></g>`).join('')}</svg>`)}`
  return { version: 1, tileWidth: 160, tileHeight: 90, columns: 10, rows: 1, sheets: [sheet], tiles: Array.from({ length: 10 }, (_, n) => ({ seconds: n * (seconds / 10), sheet: 0, x: n * 160, y: 0 })) }
}

export function fakeWaveform(): unknown {
  const peaks = (seed: number): number[] => Array.from({ length: 480 }, (_, n) => (Math.sin(n / 17 + seed) > 0 ? Math.round(90 + 140 * Math.abs(Math.sin(n * 1.7 + seed) * Math.cos(n / 3))) : 4))
  return { version: 1, bucketSeconds: 0.1, voices: [{ participantId: 'b', role: 'buyer', peaks: peaks(0) }, { participantId: 'a', role: 'agent', peaks: peaks(3.2) }] }
}

export function fakeCustody(): { readonly entries: readonly CustodyEntryView[]; readonly chainWhole: boolean; readonly problem: string } {
  const entry = (index: number, kind: string, minutes: number, actorName: string, detail = '', actorRole = 'agent'): CustodyEntryView => ({ index, at: ago(minutes), kind, actorRole, actorName, detail, hashHex: hash(index) })
  return { chainWhole: true, problem: '', entries: [entry(1, 'link_issued', 60, '林晓雨'), entry(2, 'link_used', 58, '', '', 'buyer'), entry(3, 'consent', 57, '', '2026-10, zh-CN', 'buyer'), entry(4, 'joined', 57, '', '', 'buyer'), entry(5, 'left', 44, '', '', 'buyer'), entry(6, 'sealed', 44, '', '', 'system'), entry(7, 'viewed', 12, '赵敏', '0:00–2:14, 6:30–7:10', 'reviewer'), entry(8, 'exported', 10, '赵敏', '', 'reviewer')] }
}

export const fakeStorage: StorageView = {
  kind: 's3', place: 'https://s3.cn-north-1.amazonaws.com.cn after-sales-evidence', worm: 'unlocked', writeOnce: true, legalHold: true, retention: true, tags: true, versions: true,
  checksumOnWrite: true, segmentsWaiting: 0, problem: '',
}

const pause = (ms: number, abort: AbortSignal): Promise<void> => new Promise((resolve, reject) => { setTimeout(() => { if (abort.aborted) reject(new Error('aborted')); else resolve() }, ms) })

export function fakeIntegrity(asked: ReadonlySet<string>): IntegrityRunner {
  return async (_, progress, abort) => {
    progress({ check: 'segments', done: 9_400_000, total: 18_255_962 })
    if (asked.has('checking')) await pause(3_600_000, abort)
    await pause(60, abort)
    if (asked.has('broke')) throw new Error('out of memory')
    const faults: readonly Check[] = asked.has('tampered')
      ? [{ name: 'segments', outcome: 'failed', reason: 'digest_differs', where: 'journal-1-000003.seg' }, { name: 'chain', outcome: 'failed', reason: 'block_changed', where: '1/57' }, { name: 'checkpoints', outcome: 'failed', reason: 'truncated', where: '1/99' }]
      : asked.has('unreachable') ? [{ name: 'files', outcome: 'incomplete', reason: 'unreachable', where: 'original.mkv' }] : []
    const checks = checkNames.map((name): Check => faults.find((fault) => fault.name === name) ?? { name, outcome: 'ok', reason: null, where: '' })
    const verification: Verification = {
      verdict: faults.some((fault) => fault.outcome === 'failed') ? 'failed' : faults.length > 0 ? 'incomplete' : 'verified', checks,
      facts: { blocks: 486, segments: 10, files: 14, checkpoints: 11, bytes: 18_255_962, keyId: '3f9ac21b77d0e845', recovered: asked.has('recovered'), lossMs: asked.has('recovered') ? 180 : 0 },
    }
    return verification
  }
}
