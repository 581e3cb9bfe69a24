import type {
  AgentCreatedView, AgentView, CallCreatedView, FirstFrameView, NotesView, OrderLine, Percentiles, SessionView, TicketPage, TicketView,
} from '@/contracts/generated'
import { isBoolean, isNumber, isString, listOf, nullable, shape, type Guard } from '@/contracts/guards'
import { isCallView, isPhotoView, isTicketSummary } from '@/signalling/desk-hub'

export const isSession: Guard<SessionView> = shape<SessionView>({
  userId: isString, email: isString, displayName: isString, roles: listOf(isString), mustChangePassword: isBoolean,
})

export const isTicketPage: Guard<TicketPage> = shape<TicketPage>({
  items: listOf(isTicketSummary), nextCursor: nullable(isString), openCount: isNumber,
})

const isOrderLine: Guard<OrderLine> = shape<OrderLine>({
  sku: isString, title: isString, quantity: isNumber, unitPrice: isNumber, currency: isString,
})

export const isTicket: Guard<TicketView> = shape<TicketView>({
  ticketId: isString, number: isString, status: isString, subject: isString, buyerName: isString, buyerPhone: isString,
  problemType: isString, platform: isString, platformOrderId: isString, orderLines: listOf(isOrderLine), notes: isString,
  notesVersion: isNumber, openedAt: isString, updatedAt: isString, closedAt: nullable(isString),
  closingReason: nullable(isString), calls: listOf(isCallView), photos: listOf(isPhotoView),
})

export const isNotes: Guard<NotesView> = shape<NotesView>({ notes: isString, notesVersion: isNumber })

export const isCallCreated: Guard<CallCreatedView> = shape<CallCreatedView>({
  call: isCallView, buyerUrl: isString, qrSvg: isString, linkExpiresAt: isString,
})

const isAgent: Guard<AgentView> = shape<AgentView>({
  userId: isString, email: isString, displayName: isString, roles: listOf(isString), disabled: isBoolean, createdAt: isString,
})

export const isAgentList: Guard<readonly AgentView[]> = listOf(isAgent)

export const isAgentCreated: Guard<AgentCreatedView> = shape<AgentCreatedView>({ agent: isAgent, oneTimePassword: isString })

const isPercentiles: Guard<Percentiles> = shape<Percentiles>({
  samples: isNumber, p50: isNumber, p90: isNumber, p95: isNumber, p99: isNumber, max: isNumber,
})

export const isFirstFrame: Guard<FirstFrameView> = shape<FirstFrameView>({
  calls: isNumber, agentFirstVideoFrameMs: isPercentiles, buyerFirstAudioMs: isPercentiles, buyerFirstVideoFrameMs: isPercentiles,
})
