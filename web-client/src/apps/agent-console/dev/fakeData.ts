import type { AgentView, CallView, FirstFrameView, OrderLine, PhotoView, RecordingView, TicketView } from '@/contracts/generated'

/** People and tickets for looking at the pages. Names are made up; long, short, with emoji, with four lines. */
const start = Date.now()
export const ago = (minutes: number): string => new Date(start - minutes * 60_000).toISOString()
const hash = (seed: number): string => Array.from({ length: 64 }, (_, index) => ((seed * 7 + index * 13) % 16).toString(16)).join('')

const line = (title: string, sku: string, quantity: number, unitPrice: number, currency = 'CNY'): OrderLine => ({ title, sku, quantity, unitPrice, currency })

function recording(state: string, minutes: number, durationSeconds: number, more: Partial<RecordingView> = {}): RecordingView {
  const files = state === 'ready' || state === 'partial'
    ? [
        { name: 'T-1042-1.mp4', purpose: 'playback', contentType: 'video/mp4', length: 48_214_884, sha256: hash(3), url: '/fake/recording.webm' },
        { name: 'T-1042-1.journal', purpose: 'original', contentType: 'application/octet-stream', length: 51_998_720, sha256: hash(5), url: '/fake/journal' },
        { name: 'T-1042-1.json', purpose: 'timeline', contentType: 'application/json', length: 18_222, sha256: hash(9), url: '/fake/timeline' },
      ]
    : []
  return { recordingId: `rec-${minutes}`, state, reason: '', durationSeconds, startedAt: ago(minutes), files, gaps: [], ...more }
}

function call(ticketId: string, id: string, minutes: number, more: Partial<CallView> = {}): CallView {
  return {
    callId: id, ticketId, state: 'ended', buyerStep: 'left', agentName: '林晓雨', createdAt: ago(minutes), startedAt: ago(minutes - 1),
    endedAt: ago(minutes - 13.13), endReason: 'agent_hung_up', recording: null, rating: null, earlierRecordings: [], ...more,
  }
}

const photos: readonly PhotoView[] = [
  { photoId: 'p1', contentType: 'image/jpeg', length: 2_481_220, sha256: hash(11), receivedAt: ago(64), note: '左耳机网罩有裂纹' },
  { photoId: 'p2', contentType: 'image/jpeg', length: 1_981_002, sha256: hash(12), receivedAt: ago(63), note: '' },
  { photoId: 'p3', contentType: 'image/jpeg', length: 3_120_640, sha256: hash(13), receivedAt: ago(62), note: '包装盒和序列号，快递面单在第二层，地址写的是：浙江省杭州市余杭区五常街道文一西路 998 号 🙏' },
]

type Seed = Partial<TicketView> & Pick<TicketView, 'subject' | 'buyerName'>

const seeds: readonly Seed[] = [
  {
    subject: '左耳机没有声音，充电盒指示灯一直闪红光', buyerName: '王**', buyerPhone: '138****4821', problemType: 'product', platform: 'douyin', platformOrderId: '6921-8840-3317-4821',
    orderLines: [line('声域 Air 3 真无线降噪耳机 云白', 'SY-AIR3-WH', 1, 299), line('硅胶保护套（送）', 'SY-CASE-01', 1, 0)],
    notes: '买家说收货第二天左耳没声，已按说明重新配对两次。\n直播间承诺：7 天内质量问题换新。', photos,
    calls: [
      call('t1', 'c1', 58, { rating: { stars: 5, comment: '客服很耐心，一步步教我看指示灯，比打字快多了 👍' }, recording: recording('ready', 57, 728, { gaps: [{ participantId: 'b', source: 'camera', fromSeconds: 184.2, toSeconds: 187.4, reason: 'network' }] }) }),
      call('t1', 'c2', 1500, { agentName: '陈思远', endReason: 'buyer_hung_up', recording: recording('partial', 1499, 96, { reason: '服务器在通话中重启', gaps: [{ participantId: 'b', source: 'camera', fromSeconds: 40, toSeconds: 44.5, reason: 'crash' }, { participantId: 'b', source: 'microphone', fromSeconds: 40, toSeconds: 44.5, reason: 'crash' }] }) }),
    ],
  },
  { subject: '快递显示签收，但我没有收到，驿站也没有', buyerName: '欧阳**', buyerPhone: '159****0072', problemType: 'logistics', platform: 'taobao', orderLines: [line('保温杯 500ml 磨砂绿', 'BW-500-GR', 2, 89)] },
  { subject: 'The blender leaks from the base after the second use and smells of burnt plastic 🔥', buyerName: 'Alexandrina-Josephine M.', buyerPhone: '+44 ****** 1190', problemType: 'product', platform: 'amazon', platformOrderId: '204-1180922-7719334', orderLines: [line('ProMix 900 Blender, Brushed Steel, 1.8 L Glass Jug with Heat-Resistant Lid', 'PM-900-BS-UK', 1, 129.99, 'GBP')], notes: 'Buyer’s address:\nFlat 3B, Wellington House\n118–122 Old Brompton Road\nLondon SW7 3RA\nUnited Kingdom' },
  { subject: '直播说送的赠品没有发', buyerName: '李*', buyerPhone: '186****3345', problemType: 'promise', platform: 'kuaishou', orderLines: [line('洗衣凝珠 60 颗', 'XY-60', 1, 39.9)] },
  { subject: '净水器不会装，能视频教一下吗', buyerName: '赵**', buyerPhone: '137****9012', problemType: 'setup', platform: 'jd', orderLines: [line('厨下式净水器 RO800G', 'RO-800', 1, 1599)], calls: [call('t5', 'c5', 35, { recording: recording('muxing', 34, 0) })] },
  { subject: '退货运费谁出', buyerName: '孙**', buyerPhone: '133****2218', problemType: 'policy', platform: 'pinduoduo' },
  { subject: '收到的颜色和页面不一样，客厅灯光下偏黄，已经对比过三次', buyerName: '周**', buyerPhone: '150****6630', problemType: 'product', platform: 'douyin', calls: [call('t7', 'c7', 90, { endReason: 'buyer_declined', startedAt: null, endedAt: ago(89), buyerStep: 'declined' })] },
  { subject: '发票抬头开错了', buyerName: '吴*', buyerPhone: '188****7741', problemType: 'other', platform: 'shopify' },
  { subject: '奶粉罐底有凹陷，担心密封', buyerName: '郑**', buyerPhone: '135****1029', problemType: 'product', platform: 'taobao', calls: [call('t9', 'c9', 200, { recording: recording('failed', 199, 0, { reason: 'ffmpeg: exit 1' }) }), call('t9', 'c9b', 260, { startedAt: null, endedAt: ago(250), endReason: 'expired', recording: recording('empty', 255, 0) })] },
  { subject: '物流三天没更新', buyerName: '冯**', buyerPhone: '139****5582', problemType: 'logistics', platform: 'tiktok' },
  { subject: '扫地机器人找不到充电座', buyerName: '褚**', buyerPhone: '131****4407', problemType: 'setup', platform: 'jd' },
  { subject: '少发了一件', buyerName: '卫*', buyerPhone: '177****8814', problemType: 'logistics', platform: 'douyin' },
]

export function makeTickets(): TicketView[] {
  return seeds.map((seed, index) => ({
    ticketId: `t${index + 1}`, number: `T-${1042 + index}`, status: index === 10 ? 'closed' : 'open', buyerPhone: '', problemType: 'other', platform: 'other', platformOrderId: '',
    orderLines: [], notes: '', notesVersion: 1, openedAt: ago(4 + index * index * 23), updatedAt: ago(2 + index), closedAt: index === 10 ? ago(30) : null,
    closingReason: index === 10 ? 'resolved' : null, calls: [], photos: [], ...seed,
  }))
}

export function makeAgents(): AgentView[] {
  const agent = (userId: string, displayName: string, email: string, roles: string[], disabled = false): AgentView => ({ userId, displayName, email, roles, disabled, createdAt: ago(60 * 24 * 40) })
  return [
    agent('u1', '林晓雨', 'lin.xiaoyu@shengyu.example', ['admin', 'supervisor', 'agent']),
    agent('u2', '陈思远', 'chen.siyuan@shengyu.example', ['agent']),
    agent('u3', 'Maximilian Featherstonehaugh-Cholmondeley', 'maximilian.featherstonehaugh@after-sales.shengyu.example', ['agent', 'reviewer']),
    agent('u4', '赵敏 🌙', 'zhao.min@shengyu.example', ['reviewer']),
    agent('u5', '旧账号', 'old@shengyu.example', ['agent'], true),
  ]
}

export const firstFrame: FirstFrameView = {
  calls: 248,
  agentFirstVideoFrameMs: { samples: 246, p50: 318, p90: 472, p95: 655, p99: 1180, max: 1904 },
  buyerFirstAudioMs: { samples: 241, p50: 264, p90: 401, p95: 512, p99: 930, max: 1420 },
  buyerFirstVideoFrameMs: { samples: 38, p50: 545, p90: 702, p95: 840, p99: 1210, max: 1302 },
}
