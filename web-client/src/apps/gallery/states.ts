import type { BuyerCallView } from '@/contracts/generated'
import { browserKind } from '@/media/browser'
import { captureFailures } from '@/media/capture-failure'
import type { PhotoItem } from '../buyer-page/model/photos'
import { noticeKinds, type BuyerActions, type CallScreenView, type GoodbyeView, type ReceiptState, type Screen } from '../buyer-page/model/screen'
import { fakeFace, fakeProduct, fakeThumbnail } from './pictures'

const nothing = () => undefined
export const noActions: BuyerActions = {
  agree: nothing, choosePhotos: nothing, decline: nothing, returnToCall: nothing, retryCapture: nothing, copyLink: nothing, stayInApp: nothing,
  toggleMute: nothing, toggleCamera: nothing, flip: nothing, askHangUp: nothing, hangUp: nothing, withdraw: nothing, unblockSound: nothing,
  agentPictureShown: nothing, addPhotos: nothing, removePhoto: nothing, notePhoto: nothing, sendPhotos: nothing, star: nothing, comment: nothing,
  sendRating: nothing, noticeAction: nothing, askReceipt: nothing, copyReceipt: nothing, saveReceipt: nothing,
}

const call: BuyerCallView = {
  callId: 'c', state: 'waiting', step: 'reading_consent', shopName: '声域旗舰店', agentName: '客服小林', orderTail: '4821', endReason: null, rated: false,
  orderLines: [{ title: '声域 Air 3 无线降噪耳机 云白色', quantity: 1 }],
  consent: {
    version: '1', retentionDays: 180,
    zh: {
      title: '通话会录像',
      points: ['由声域旗舰店录制，只用于这次售后', '画面和声音保存 180 天，有纠纷时保存到处理完', '随时可以静音、关摄像头或挂断', '可以查看、复制或要求删除'],
      fullText: '为了处理您的售后，声域旗舰店会录下这次视频的画面和声音。\n\n用途：判断商品问题、处理退换和纠纷，不用于广告或其他用途。\n\n保存：180 天后自动删除；如果发生纠纷，保存到纠纷处理完毕。\n\n您的权利：随时静音、关闭摄像头或结束通话；随时撤回同意，录制会立即停止；可以要求查看、复制或删除录像。',
    },
    en: {
      title: 'This call is recorded',
      points: [
        'Recorded by 声域旗舰店 for this case only', 'Picture and voice are kept for 180 days, longer in a dispute',
        'Mute, switch the camera off or hang up at any time', 'You may see, copy or have it deleted',
      ],
      fullText: 'To handle your case, 声域旗舰店 records picture and voice of this video.\n\nPurpose: judging the fault, returns and disputes; no advertising, nothing else.\n\nKept: deleted after 180 days, or when a dispute is closed.\n\nYour rights: mute, switch off the camera or hang up at any time; withdraw consent and recording stops at once; ask to see, copy or delete the recording.',
    },
  },
}
const longCall: BuyerCallView = {
  ...call, shopName: '深圳市前海声域智能科技有限公司官方旗舰店 🎧', agentName: 'Alexandra-Konstantinidou Montgomery', orderTail: 'X9Z1',
  orderLines: [
    { title: '【直播间专享】声域 Air 3 Pro Max 主动降噪蓝牙耳机 超长续航 云白色 + 收纳盒 + 备用耳塞套装', quantity: 1 },
    { title: 'USB-C charging cable, braided, 2 m 🔌', quantity: 12 },
  ],
}

const iphone = browserKind('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 5)
const android = browserKind('Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 5)
const wechat = browserKind('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50', 5)

const link = 'https://help.example.cn/c#3Jx8_kQm2Zr5tWv7yBn1pA'

const cells = Array.from({ length: 29 * 29 }, (_, index) => ((index * 7919 + 13) % 11 < 5 ? `<rect x="${index % 29}" y="${Math.floor(index / 29)}" width="1" height="1"/>` : '')).join('')
const there: ReceiptState = {
  kind: 'there', copied: 'no',
  receipt: {
    code: 'R-8K2F-7QXM-3VTA-9Q2C', url: 'https://help.example.cn/r/R-8K2F-7QXM-3VTA-9Q2C', qrSvg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 33 33"><rect x="-2" y="-2" width="33" height="33" fill="#fff"/>${cells}</svg>`,
    startedAt: '2026-11-22T08:00:00Z', durationSeconds: 728, blocks: 146, seq: 145, headHex: '9f2c41d07ab35e86'.repeat(4), keyId: '3f9ac21b77d0e845', complete: true, standing: 'kept', envelope: '{}',
  },
}

function goodbye(view: Partial<GoodbyeView> = {}): Screen {
  return {
    name: 'goodbye',
    view: { agentName: '客服小林', reason: 'agent_hung_up', durationSeconds: 728, retentionDays: 180, receipt: there, rating: { stars: 0, comment: '', state: 'open' }, ...view },
  }
}

function photo(id: number, state: PhotoItem['state'], note = '', progress = 0): PhotoItem {
  return { id, state, note, progress, file: new File([], 'photo.jpg', { type: 'image/jpeg' }), preview: state === 'wrong_type' ? null : fakeThumbnail(id) }
}

export function states(): Readonly<Record<string, Screen>> {
  const [product, face] = [fakeProduct(), fakeFace()]
  const own: CallScreenView['own'] = { picture: product, mirrored: false, muted: false, camera: 'on', microphone: 'on', switching: false }
  const live: CallScreenView = {
    agentName: '客服小林', phase: 'live', reconnectingSeconds: 0, elapsed: '02:14', recording: 'recording', quality: 'good', own, agent: 'here',
    weak: 'none', agentPicture: null, agentMuted: false, morePeople: 0, soundBlocked: false, askingToHangUp: false,
  }
  const onCall = (change: Partial<CallScreenView>): Screen => ({ name: 'call', view: { ...live, ...change } })
  const ready = [photo(1, 'ready', '左耳充电触点发黑'), photo(2, 'ready'), photo(3, 'too_large')]
  return {
    loading: { name: 'loading' },
    consent: { name: 'consent', call, busy: null, remark: null },
    consent_long: { name: 'consent', call: longCall, busy: null, remark: 'outdated' },
    consent_cannot_record: { name: 'consent', call, busy: null, remark: 'cannot_record' },
    consent_busy: { name: 'consent', call, busy: 'photos', remark: null },
    in_app: { name: 'in_app', browser: wechat, link, copied: 'no' },
    in_app_copied: { name: 'in_app', browser: wechat, link, copied: 'yes' },
    in_app_copy_failed: { name: 'in_app', browser: wechat, link, copied: 'failed' },
    return: { name: 'return', call: { ...call, state: 'live' } },
    permission_starting: { name: 'permission', call, patient: false, site: 'help.example.cn', browser: iphone },
    permission_apple: { name: 'permission', call, patient: true, site: 'help.example.cn', browser: iphone },
    permission_chrome: { name: 'permission', call, patient: true, site: 'help.example.cn', browser: android },
    ...Object.fromEntries(captureFailures.map((failure): [string, Screen] => [`help_${failure}`, { name: 'capture_help', call, failure, browser: android }])),
    help_denied_safari: { name: 'capture_help', call, failure: 'denied', browser: iphone },
    help_denied_wechat: { name: 'capture_help', call, failure: 'denied', browser: wechat },
    waiting_agent: onCall({ phase: 'waiting_agent', agent: 'not_yet', elapsed: '00:06' }),
    connecting: onCall({ phase: 'connecting', agent: 'not_yet', elapsed: null }),
    live: onCall({}),
    live_agent_picture: onCall({ agentPicture: face }),
    live_long_name: onCall({ agentName: longCall.agentName, morePeople: 2, elapsed: '1:02:14' }),
    live_muted: onCall({ own: { ...own, muted: true } }),
    live_camera_off: onCall({ own: { ...own, picture: null, camera: 'off' }, agentPicture: face }),
    live_no_camera: onCall({ own: { ...own, picture: null, camera: 'no_device' } }),
    live_camera_busy: onCall({ own: { ...own, picture: null, camera: 'busy' } }),
    live_no_microphone: onCall({ own: { ...own, microphone: 'failed' } }),
    live_agent_muted: onCall({ agentMuted: true }),
    live_agent_left: onCall({ agent: 'left' }),
    live_agent_reconnecting: onCall({ agent: 'reconnecting', agentPicture: face }),
    live_fair: onCall({ quality: 'fair' }),
    live_poor: onCall({ quality: 'poor' }),
    live_photos: onCall({ quality: 'poor', weak: 'photos' }),
    live_photos_long: onCall({ quality: 'poor', weak: 'photos', agentName: longCall.agentName, agentPicture: face, elapsed: '1:02:14' }),
    live_sound_only: onCall({ quality: 'poor', weak: 'sound' }),
    live_paused: onCall({ recording: 'paused' }),
    live_sound_blocked: onCall({ soundBlocked: true }),
    reconnecting: onCall({ phase: 'reconnecting', reconnectingSeconds: 8 }),
    hang_up: onCall({ askingToHangUp: true }),
    photos_empty: { name: 'photos', call, items: [], sending: false, overLimit: false },
    photos_ready: { name: 'photos', call, items: ready, sending: false, overLimit: true },
    photos_sending: { name: 'photos', call, items: [photo(1, 'sent', '左耳充电触点发黑'), photo(2, 'sending', '', 0.46), photo(3, 'ready')], sending: true, overLimit: false },
    photos_failed: { name: 'photos', call, items: [photo(1, 'sent'), photo(2, 'failed'), photo(3, 'wrong_type')], sending: false, overLimit: false },
    photos_done: { name: 'photos', call, items: [photo(1, 'sent', '左耳充电触点发黑'), photo(2, 'sent')], sending: false, overLimit: false },
    goodbye: goodbye(),
    goodbye_receipt_waiting: goodbye({ receipt: { kind: 'waiting' } }),
    goodbye_receipt_late: goodbye({ receipt: { kind: 'late' }, rating: { stars: 5, comment: '', state: 'sent' } }),
    goodbye_receipt_copy_failed: goodbye({ receipt: { ...there, copied: 'failed' } as ReceiptState }),
    goodbye_rating: goodbye({ reason: 'buyer_hung_up', rating: { stars: 4, comment: '', state: 'failed' } }),
    goodbye_rated: goodbye({ rating: { stars: 5, comment: '', state: 'sent' } }),
    goodbye_withdrawn: goodbye({ reason: 'withdrawn' }),
    goodbye_expired: goodbye({ reason: 'expired', durationSeconds: null, receipt: { kind: 'none' } }),
    ...Object.fromEntries(noticeKinds.map((notice): [string, Screen] => [`notice_${notice}`, { name: 'notice', notice }])),
  }
}
