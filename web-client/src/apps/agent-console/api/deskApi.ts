import type {
  AgentCreatedView,
  AgentView,
  CallCreatedView,
  CallView,
  ChangePasswordRequest,
  CloseTicketRequest,
  CreateAgentRequest,
  FirstFrameView,
  NotesView,
  OpenTicketRequest,
  SaveNotesRequest,
  SessionView,
  SignInRequest,
  TicketPage,
  TicketView,
  UpdateAgentRequest,
} from '@/contracts/generated'
import { isCallView } from '@/signalling/desk-hub'
import { anything } from '@/signalling/http'
import {
  isAgentCreated, isAgentList, isCallCreated, isFirstFrame, isNotes, isSession, isTicket, isTicketPage,
} from './guards'
import type { Http, Result } from './http'

export type TicketStatusFilter = 'open' | 'closed' | 'all'

export type TicketQuery = {
  readonly status: TicketStatusFilter
  readonly query: string
  readonly cursor: string | null
  readonly limit: number
}

/** Every HTTP request this application makes, by name. */
export class DeskApi {
  readonly #http: Http

  constructor(http: Http) {
    this.#http = http
  }

  session(): Promise<Result<SessionView>> {
    return this.#http.send('GET', '/api/session', isSession)
  }

  signIn(request: SignInRequest): Promise<Result<SessionView>> {
    return this.#http.send('POST', '/api/session', isSession, request)
  }

  signOut(): Promise<Result<unknown>> {
    return this.#http.send('DELETE', '/api/session', anything)
  }

  changePassword(request: ChangePasswordRequest): Promise<Result<unknown>> {
    return this.#http.send('POST', '/api/session/password', anything, request)
  }

  tickets(query: TicketQuery): Promise<Result<TicketPage>> {
    const search = new URLSearchParams({ status: query.status, limit: String(query.limit) })
    if (query.query !== '') search.set('query', query.query)
    if (query.cursor !== null) search.set('cursor', query.cursor)
    return this.#http.send('GET', `/api/tickets?${search.toString()}`, isTicketPage)
  }

  ticket(ticketId: string): Promise<Result<TicketView>> {
    return this.#http.send('GET', `/api/tickets/${encodeURIComponent(ticketId)}`, isTicket)
  }

  openTicket(request: OpenTicketRequest): Promise<Result<TicketView>> {
    return this.#http.send('POST', '/api/tickets', isTicket, request)
  }

  closeTicket(ticketId: string, request: CloseTicketRequest): Promise<Result<unknown>> {
    return this.#http.send('POST', `/api/tickets/${encodeURIComponent(ticketId)}/close`, anything, request)
  }

  reopenTicket(ticketId: string): Promise<Result<unknown>> {
    return this.#http.send('POST', `/api/tickets/${encodeURIComponent(ticketId)}/reopen`, anything)
  }

  saveNotes(ticketId: string, request: SaveNotesRequest): Promise<Result<NotesView>> {
    return this.#http.send('PUT', `/api/tickets/${encodeURIComponent(ticketId)}/notes`, isNotes, request)
  }

  createCall(ticketId: string): Promise<Result<CallCreatedView>> {
    return this.#http.send('POST', `/api/tickets/${encodeURIComponent(ticketId)}/calls`, isCallCreated)
  }

  newLink(callId: string): Promise<Result<CallCreatedView>> {
    return this.#http.send('POST', `/api/calls/${encodeURIComponent(callId)}/links`, isCallCreated)
  }

  call(callId: string): Promise<Result<CallView>> {
    return this.#http.send('GET', `/api/calls/${encodeURIComponent(callId)}`, isCallView)
  }

  endCall(callId: string): Promise<Result<unknown>> {
    return this.#http.send('POST', `/api/calls/${encodeURIComponent(callId)}/end`, anything)
  }

  agents(): Promise<Result<readonly AgentView[]>> {
    return this.#http.send('GET', '/api/admin/agents', isAgentList)
  }

  createAgent(request: CreateAgentRequest): Promise<Result<AgentCreatedView>> {
    return this.#http.send('POST', '/api/admin/agents', isAgentCreated, request)
  }

  updateAgent(userId: string, request: UpdateAgentRequest): Promise<Result<unknown>> {
    return this.#http.send('PUT', `/api/admin/agents/${encodeURIComponent(userId)}`, anything, request)
  }

  firstFrame(): Promise<Result<FirstFrameView>> {
    return this.#http.send('GET', '/api/admin/first-frame', isFirstFrame)
  }

  photoUrl(photoId: string): string {
    return `/api/photos/${encodeURIComponent(photoId)}`
  }
}
