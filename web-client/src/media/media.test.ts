import { describe, expect, test } from 'vitest'
import { browserKind } from './browser'
import { CaptureError, captureFailureOf } from './capture-failure'
import { offeredAudioCodecs, offeredVideoCodecs } from './codecs'
import { QualityWitness } from './quality-witness'
import { StatsReader } from './stats'

const named = (name: string, message = '') => Object.assign(new Error(message), { name })
const phone = { secure: true, hasApi: true }

describe('a refused camera', () => {
  test.each([
    [named('NotAllowedError', 'Permission denied'), 'denied'],
    [named('NotAllowedError', 'Permission dismissed'), 'dismissed'],
    [named('NotAllowedError', 'Permission denied by system'), 'denied_by_system'],
    [named('PermissionDeniedError'), 'denied'],
    [named('NotFoundError'), 'no_device'],
    [named('DevicesNotFoundError'), 'no_device'],
    [named('OverconstrainedError'), 'no_device'],
    [named('NotReadableError', 'Could not start video source'), 'busy'],
    [named('TrackStartError'), 'busy'],
    [named('AbortError'), 'busy'],
    [named('SecurityError'), 'denied'],
    [named('TypeError'), 'unsupported'],
    [named('SomethingNew'), 'unknown'],
    [new CaptureError('busy'), 'busy'],
    ['text', 'unknown'],
    [null, 'unknown'],
  ])('%s is %s', (error, reason) => {
    expect(captureFailureOf(error, phone)).toBe(reason)
  })

  test('is told apart by where the page stands', () => {
    expect(captureFailureOf(null, { secure: false, hasApi: false })).toBe('insecure')
    expect(captureFailureOf(null, { secure: true, hasApi: false })).toBe('unsupported')
  })
})

describe('which browser', () => {
  const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
  test.each([
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Version/18.0 Mobile/15E148 Safari/604.1`, 5, 'safari_ios', 'ios', null],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.0 Safari/605.1.15`, 5, 'safari_ios', 'ios', null],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.0 Safari/605.1.15`, 0, 'safari_mac', 'desktop', null],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} CriOS/140.0 Mobile/15E148 Safari/604.1`, 5, 'chrome_ios', 'ios', null],
    ['Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 5, 'chrome_android', 'android', null],
    ['Mozilla/5.0 (Linux; Android 15; x; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0 Mobile Safari/537.36', 5, 'chrome_android', 'android', 'other_app'],
    ['Mozilla/5.0 (Linux; Android 15; x; wv) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36 MicroMessenger/8.0.50', 5, 'chrome_android', 'android', 'wechat'],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Mobile/15E148 MicroMessenger/8.0.50`, 5, 'safari_ios', 'ios', 'wechat'],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Mobile/15E148 aweme_30.1.0`, 5, 'safari_ios', 'ios', 'douyin'],
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Mobile/15E148 AliApp(TB/10.1)`, 5, 'safari_ios', 'ios', 'taobao'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox', 'desktop', null],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 0, 'desktop', 'desktop', null],
    ['', 0, 'desktop', 'desktop', null],
  ])('%s', (userAgent, touchPoints, browser, system, inApp) => {
    expect(browserKind(userAgent, touchPoints)).toEqual({ browser, system, inApp })
  })
})

describe('codecs in the offer', () => {
  const codec = (mimeType: string, sdpFmtpLine?: string): RTCRtpCodec => ({ mimeType, clockRate: 90_000, ...(sdpFmtpLine !== undefined && { sdpFmtpLine }) })

  test('are the ones the server forwards, with their repair', () => {
    const all = [
      codec('video/VP8'), codec('video/rtx'), codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f'),
      codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'), codec('video/AV1'),
      codec('video/VP9', 'profile-id=0'), codec('video/VP9', 'profile-id=2'), codec('video/red'), codec('video/ulpfec'),
    ]
    expect(offeredVideoCodecs(all).map((one) => `${one.mimeType} ${one.sdpFmtpLine ?? ''}`.trim())).toEqual([
      'video/VP8', 'video/H264 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', 'video/VP9 profile-id=0', 'video/rtx',
    ])
    expect(offeredAudioCodecs([codec('audio/PCMU'), codec('audio/opus'), codec('audio/red'), codec('audio/CN')]).map((one) => one.mimeType))
      .toEqual(['audio/opus', 'audio/red'])
  })

  test('stay the browser’s own where ours are unknown', () => {
    expect(offeredVideoCodecs([codec('video/New')])).toEqual([])
  })
})

describe('statistics', () => {
  const report = (bytes: number, packets: number, lost: number) => [
    { type: 'outbound-rtp', kind: 'video', bytesSent: bytes, frameWidth: 1280, frameHeight: 720, framesPerSecond: 29.9 },
    { type: 'inbound-rtp', kind: 'audio', bytesReceived: bytes / 2, packetsReceived: packets, packetsLost: lost },
    { type: 'remote-inbound-rtp', fractionLost: 0.05 },
    { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.042 },
  ]

  test('are rates since the reading before', () => {
    const reader = new StatsReader()
    reader.read(report(0, 0, 0), 0)
    expect(reader.read(report(250_000, 90, 10), 1_000)).toEqual({
      sendBps: 2_000_000, receiveBps: 1_000_000, receiveLoss: 0.1, sendLoss: 0.05, roundTripMs: 42,
      sendSize: { width: 1280, height: 720, framesPerSecond: 30 }, receiveSize: null, freezes: 0,
    })
  })

  test('say by which way media reaches the server', () => {
    const at = (local: Record<string, unknown>) => new Map<string, Record<string, unknown>>([
      ['t', { type: 'transport', selectedCandidatePairId: 'p' }], ['p', { type: 'candidate-pair', id: 'p', localCandidateId: 'l' }], ['l', { type: 'local-candidate', ...local }],
    ])
    const pathOf = (local: Record<string, unknown>) => {
      const witness = new QualityWitness()
      witness.read(at(local), 0)
      return witness.read(at(local), 5_000)?.path
    }
    expect([pathOf({ candidateType: 'host', protocol: 'udp' }), pathOf({ candidateType: 'prflx', protocol: 'tcp' }), pathOf({ candidateType: 'relay', protocol: 'udp' })])
      .toEqual(['udp', 'tcp', 'relay'])
  })

  test('of a fresh connection never go below zero', () => {
    const reader = new StatsReader()
    reader.read(report(1_000, 10, 5), 0)
    const again = reader.read(report(0, 0, 0), 1_000)
    expect([again.sendBps, again.receiveLoss]).toEqual([0, 0])
  })
})
