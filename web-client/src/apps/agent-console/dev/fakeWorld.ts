import type {
  AgentView, CallView, CloseTicketRequest, CreateAgentRequest, DeskMessage, OpenTicketRequest, SaveNotesRequest, TicketSummary, TicketView, UpdateAgentRequest,
} from '@/contracts/generated'
import { firstFrame, makeAgents, makeTickets } from './fakeData'
import { fakeCases, fakeCustody, fakeReview, fakeStorage, fakeStoryboard, fakeWaveform } from './fakeReview'

/** What the gallery may ask for through `?fake=` names, kept for the window. */
export type Scenario = { readonly names: ReadonlySet<string> }

export function scenario(): Scenario {
  const asked = new URLSearchParams(location.search).get('fake')
  if (asked !== null) sessionStorage.setItem('fake', asked)
  return { names: new Set((sessionStorage.getItem('fake') ?? '').split(',')) }
}

type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
const json = (body: unknown, status = 200): Answer => ({ status, body })
const refuse = (status: number, code: string, detail = '', headers: Record<string, string> = {}): Answer => ({ status, body: { code, detail, status }, headers })

/** A server small enough to live in a page: state in memory, same contracts. */
export class FakeWorld {
  readonly asked = scenario()
  tickets: TicketView[] = this.asked.names.has('empty') ? [] : makeTickets()
  agents: AgentView[] = makeAgents()
  signedIn = !this.asked.names.has('signed-out')
  mustChange = this.asked.names.has('one-time')
  broken = this.asked.names.has('broken')
  deskListeners = new Set<(message: DeskMessage) => void>()
  private tries = 0

  has(name: string): boolean {
    return this.asked.names.has(name)
  }

  find(ticketId: string): TicketView | undefined {
    return this.tickets.find((one) => one.ticketId === ticketId)
  }

  findCall(callId: string): CallView | undefined {
    return this.tickets.flatMap((one) => one.calls).find((one) => one.callId === callId)
  }

  put(ticket: TicketView): TicketView {
    const changed = { ...ticket, updatedAt: new Date().toISOString() }
    const known = this.tickets.some((one) => one.ticketId === ticket.ticketId)
    this.tickets = known ? this.tickets.map((one) => (one.ticketId === ticket.ticketId ? changed : one)) : [changed, ...this.tickets]
    this.tell({ type: 'ticket_changed', ticket: summary(changed) })
    return changed
  }

  putCall(call: CallView): void {
    const ticket = this.find(call.ticketId)
    if (ticket === undefined) return
    const known = ticket.calls.some((one) => one.callId === call.callId)
    this.put({ ...ticket, calls: known ? ticket.calls.map((one) => (one.callId === call.callId ? call : one)) : [call, ...ticket.calls] })
    this.tell({ type: 'call_changed', call })
  }

  tell(message: DeskMessage): void {
    for (const listener of this.deskListeners) listener(message)
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, this.has('slow') ? 3_600_000 : 30))
    if (this.has('offline')) throw new TypeError('Failed to fetch')
    const url = new URL(input instanceof Request ? input.url : input, location.origin)
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
    const answer = this.answer(`${init?.method ?? 'GET'} ${url.pathname}`, url.searchParams, body)
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), { status: answer.status, headers: { 'Content-Type': 'application/json', ...answer.headers } })
  }

  private answer(request: string, query: URLSearchParams, body: unknown): Answer {
    const session = /^(\w+) \/api\/session(\/password)?$/.exec(request)
    if (session !== null) return this.session(session[1] ?? '', session[2] !== undefined, body)
    if (!this.signedIn) return refuse(401, 'session.unauthenticated')
    if (this.broken) return refuse(503, 'server.unavailable')
    const [method = '', path = ''] = request.split(' ')
    const parts = path.split('/').slice(2)
    switch (parts[0]) {
      case 'tickets': return this.ticketRoute(method, parts.slice(1), query, body)
      case 'calls': return this.callRoute(method, parts.slice(1))
      case 'admin': return this.adminRoute(method, parts.slice(1), body)
      case 'review': return json(this.cases(query))
      case 'recordings': return this.recordingRoute(method, parts.slice(1))
      case 'fake': return json(parts[1] === 'storyboard' ? fakeStoryboard() : fakeWaveform())
      default: return refuse(404, 'request.not_found')
    }
  }

  private cases(query: URLSearchParams): unknown {
    const wanted = (query.get('ticketNumber') ?? '').toLowerCase().replace('t-', '')
    const state = query.get('state')
    const cases = fakeCases.filter((one) => (state === null || one.state === state) && String(one.ticketNumber).includes(wanted))
    return { cases: this.has('empty') ? [] : cases, nextCursor: null }
  }

  private recordingRoute(method: string, parts: readonly string[]): Answer {
    const review = fakeReview(parts[0] ?? '', this.asked.names)
    if (review === null) return refuse(404, 'request.not_found')
    if (parts[1] === 'review') return json(review)
    if (parts[1] === 'custody') return json(fakeCustody())
    return { status: method === 'POST' ? 202 : 204 }
  }

  private session(method: string, password: boolean, body: unknown): Answer {
    const me = this.agents[0]
    const view = { ...me, mustChangePassword: this.mustChange }
    if (password) {
      if ((body as { newPassword: string }).newPassword.startsWith('password')) return refuse(400, 'session.password_too_weak', '常见密码')
      this.mustChange = false
      return { status: 204 }
    }
    if (method === 'GET') return this.signedIn ? json(view) : refuse(401, 'session.unauthenticated')
    if (method === 'DELETE') {
      this.signedIn = false
      return { status: 204 }
    }
    if ((body as { password: string }).password === 'wrong') return ++this.tries >= 3 ? refuse(423, 'session.locked_out', '', { 'Retry-After': '298' }) : refuse(401, 'session.sign_in_failed')
    this.signedIn = true
    return json(view)
  }

  private ticketRoute(method: string, parts: readonly string[], query: URLSearchParams, body: unknown): Answer {
    const [id, verb] = parts
    if (id === undefined) return method === 'GET' ? this.page(query) : this.open(body as OpenTicketRequest)
    const ticket = this.find(id)
    if (ticket === undefined) return refuse(404, 'ticket.not_found')
    switch (verb) {
      case undefined: return json(ticket)
      case 'close': return json(this.put({ ...ticket, status: 'closed', closedAt: new Date().toISOString(), closingReason: (body as CloseTicketRequest).reason }))
      case 'reopen': return json(this.put({ ...ticket, status: 'open', closedAt: null, closingReason: null }))
      case 'notes': return this.notes(ticket, body as SaveNotesRequest)
      case 'calls': return this.createCall(ticket)
      default: return refuse(404, 'request.not_found')
    }
  }

  private page(query: URLSearchParams): Answer {
    const status = query.get('status')
    const wanted = (query.get('query') ?? '').toLowerCase()
    const from = Number(query.get('cursor') ?? 0)
    const found = this.tickets.filter((one) => (status === 'all' || one.status === status) && `${one.number}${one.subject}${one.buyerName}`.toLowerCase().includes(wanted))
    const items = found.slice(from, from + 10).map(summary)
    return json({ items, nextCursor: from + 10 < found.length ? String(from + 10) : null, openCount: this.tickets.filter((one) => one.status === 'open').length })
  }

  private open(request: OpenTicketRequest): Answer {
    const now = new Date().toISOString()
    const ticket: TicketView = {
      ...request, ticketId: `n${Date.now()}`, number: `T-${1042 + this.tickets.length}`, status: 'open', buyerName: `${Array.from(request.buyerName)[0] ?? ''}**`,
      buyerPhone: `${request.buyerPhone.slice(0, 3)}****${request.buyerPhone.slice(-4)}`, notes: '', notesVersion: 1, openedAt: now, updatedAt: now, closedAt: null, closingReason: null, calls: [], photos: [],
    }
    return json(this.put(ticket), 201)
  }

  private notes(ticket: TicketView, request: SaveNotesRequest): Answer {
    if (this.has('notes-conflict') && request.notesVersion === 1) {
      this.put({ ...ticket, notes: `${ticket.notes}\n陈思远:买家同意换新,等地址。`, notesVersion: 2 })
      return refuse(409, 'ticket.notes_conflict')
    }
    if (this.has('notes-fail')) return refuse(503, 'server.unavailable')
    if (request.notesVersion !== ticket.notesVersion) return refuse(409, 'ticket.notes_conflict')
    const saved = this.put({ ...ticket, notes: request.notes, notesVersion: ticket.notesVersion + 1 })
    return json({ notes: saved.notes, notesVersion: saved.notesVersion })
  }

  private createCall(ticket: TicketView): Answer {
    if (this.has('full')) return refuse(503, 'call.at_capacity')
    const call: CallView = {
      callId: `k${Date.now()}`, ticketId: ticket.ticketId, state: 'waiting', buyerStep: 'none', agentName: '林晓雨', createdAt: new Date().toISOString(),
      startedAt: null, endedAt: null, endReason: null, recording: null, rating: null, earlierRecordings: [],
    }
    this.putCall(call)
    return json(link(call), 201)
  }

  private callRoute(method: string, parts: readonly string[]): Answer {
    const call = this.findCall(parts[0] ?? '')
    if (call === undefined) return refuse(404, 'call.not_found')
    if (parts[1] === 'links') return json(link(call))
    if (parts[1] === 'end') this.putCall({ ...call, state: 'ended', endedAt: new Date().toISOString(), endReason: 'agent_hung_up' })
    return method === 'GET' ? json(call) : { status: 204 }
  }

  private adminRoute(method: string, parts: readonly string[], body: unknown): Answer {
    if (parts[0] === 'first-frame') return json(this.has('empty') ? { ...firstFrame, calls: 0 } : firstFrame)
    if (parts[0] === 'retention') return method === 'GET' ? json({ mediaDaysAfterClose: 180, disputeMediaDays: 1095, recordsDays: 1095 }) : { status: 204 }
    if (parts[0] === 'storage') return json(this.has('waiting') ? { ...fakeStorage, kind: 'file_system', place: '/srv/aftersales/evidence', worm: 'none', legalHold: false, retention: false, versions: false, checksumOnWrite: false, segmentsWaiting: 12, problem: 'blob.internal:9000: connection refused' } : fakeStorage)
    if (method === 'GET') return json(this.agents)
    if (method === 'POST') return this.createAgent(body as CreateAgentRequest)
    const change = body as UpdateAgentRequest
    this.agents = this.agents.map((one) => (one.userId === parts[1] ? { ...one, ...change } : one))
    return json(this.agents.find((one) => one.userId === parts[1]))
  }

  private createAgent(request: CreateAgentRequest): Answer {
    if (this.agents.some((one) => one.email === request.email)) return refuse(409, 'agent.exists')
    const agent: AgentView = { ...request, userId: `u${Date.now()}`, disabled: false, createdAt: new Date().toISOString() }
    this.agents = [...this.agents, agent]
    return json({ agent, oneTimePassword: 'rain-maple-42-lantern' }, 201)
  }
}

export function summary(ticket: TicketView): TicketSummary {
  const { ticketId, number, status, subject, buyerName, problemType, platform, openedAt, updatedAt } = ticket
  return {
    ticketId, number, status, subject, buyerName, problemType, platform, openedAt, updatedAt,
    activeCallId: ticket.calls.find((one) => one.state !== 'ended')?.callId ?? null,
    recordingCount: ticket.calls.filter((one) => one.recording !== null && ['ready', 'partial', 'muxing'].includes(one.recording.state)).length,
  }
}

/** A QR code only in looks. */
function link(call: CallView): unknown {
  const cells = Array.from({ length: 29 * 29 }, (_, index) => ((index * 7919 + 13) % 11 < 5 ? `<rect x="${index % 29}" y="${Math.floor(index / 29)}" width="1" height="1"/>` : '')).join('')
  const eye = (x: number, y: number): string => `<rect x="${x}" y="${y}" width="7" height="7"/><rect x="${x + 1}" y="${y + 1}" width="5" height="5" fill="#fff"/><rect x="${x + 2}" y="${y + 2}" width="3" height="3"/>`
  return {
    call, buyerUrl: 'https://192.168.1.20:5443/b#k3Xw9vTqYb2mR7sLd0PzNh', linkExpiresAt: new Date(Date.now() + 30 * 60_000).toISOString(),
    qrSvg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><rect width="29" height="29" fill="#fff"/>${cells}${eye(0, 0)}${eye(22, 0)}${eye(0, 22)}</svg>`,
  }
}
