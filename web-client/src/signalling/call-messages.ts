import type {
  CallMessage, CallSnapshot, ConnectResult, IceServer, IceServersResult, NegotiateResult, ParticipantView, PublicationView, SlotView,
} from '@/contracts/generated'
import { isBoolean, isNumber, isString, listOf, literal, nullable, shape, type Guard } from '@/contracts/guards'

type MessageType = CallMessage['type']
type MessageOf<T extends MessageType> = Extract<CallMessage, { readonly type: T }>

const isPublication: Guard<PublicationView> = shape<PublicationView>({
  publicationId: isString, kind: isString, source: isString, muted: isBoolean, active: isBoolean,
})
const isParticipant: Guard<ParticipantView> = shape<ParticipantView>({
  participantId: isString, role: isString, displayName: isString, connection: isString, publications: listOf(isPublication),
})
const isSlot: Guard<SlotView> = shape<SlotView>({
  mid: isString, kind: isString, publicationId: nullable(isString), participantId: nullable(isString), source: nullable(isString),
})
const isSnapshot: Guard<CallSnapshot> = shape<CallSnapshot>({
  callId: isString, ticketId: isString, state: isString, recording: isBoolean, elapsedSeconds: isNumber,
  participants: listOf(isParticipant), slots: listOf(isSlot),
})
const isIceServer: Guard<IceServer> = shape<IceServer>({
  urls: listOf(isString), username: nullable(isString), credential: nullable(isString),
})

const messageGuards: { readonly [T in MessageType]: Guard<MessageOf<T>> } = {
  participant_changed: shape<MessageOf<'participant_changed'>>({ type: literal('participant_changed'), participant: isParticipant, seq: isNumber }),
  participant_gone: shape<MessageOf<'participant_gone'>>({ type: literal('participant_gone'), participantId: isString, reason: isString, seq: isNumber }),
  slots_changed: shape<MessageOf<'slots_changed'>>({ type: literal('slots_changed'), slots: listOf(isSlot), seq: isNumber }),
  negotiation_wanted: shape<MessageOf<'negotiation_wanted'>>({
    type: literal('negotiation_wanted'), audioSlots: isNumber, videoSlots: isNumber, reason: isString, seq: isNumber,
  }),
  buyer_step_changed: shape<MessageOf<'buyer_step_changed'>>({ type: literal('buyer_step_changed'), step: isString, seq: isNumber }),
  consent_given: shape<MessageOf<'consent_given'>>({ type: literal('consent_given'), at: isString, seq: isNumber }),
  quality_changed: shape<MessageOf<'quality_changed'>>({
    type: literal('quality_changed'), participantId: isString, uplinkLoss: isNumber, downlinkLoss: isNumber, roundTripMs: isNumber,
    uplinkBps: isNumber, downlinkBps: isNumber, level: isString, seq: isNumber,
  }),
  media_mode_changed: shape<MessageOf<'media_mode_changed'>>({
    type: literal('media_mode_changed'), participantId: isString, sends: isString, receives: isString, reason: isString, seq: isNumber,
  }),
  still_taken: shape<MessageOf<'still_taken'>>({
    type: literal('still_taken'), participantId: isString, stillId: isString, width: isNumber, height: isNumber, seq: isNumber,
  }),
  recording_state_changed: shape<MessageOf<'recording_state_changed'>>({ type: literal('recording_state_changed'), state: isString, seq: isNumber }),
  checkpoint: shape<MessageOf<'checkpoint'>>({
    type: literal('checkpoint'), recordingId: isString, part: isNumber, blockSeq: isNumber, headHex: isString, at: isString, envelope: isString, seq: isNumber,
  }),
  recording_alarm: shape<MessageOf<'recording_alarm'>>({ type: literal('recording_alarm'), code: isString, detail: isString, seq: isNumber }),
  call_ended: shape<MessageOf<'call_ended'>>({ type: literal('call_ended'), reason: isString, seq: isNumber }),
  replaced: shape<MessageOf<'replaced'>>({ type: literal('replaced'), by: isString, seq: isNumber }),
}

/** A message this page does not know (a newer server) still has a number, which must be counted. */
export type ReadMessage =
  | { readonly kind: 'known'; readonly message: CallMessage }
  | { readonly kind: 'unknown'; readonly seq: number }
  | { readonly kind: 'malformed' }

export function readCallMessage(value: unknown): ReadMessage {
  if (typeof value !== 'object' || value === null) return { kind: 'malformed' }
  const { type, seq } = value as { type?: unknown; seq?: unknown }
  if (!isNumber(seq)) return { kind: 'malformed' }
  if (typeof type !== 'string' || !isMessageType(type)) return { kind: 'unknown', seq }
  return isMessage(type, value) ? { kind: 'known', message: value } : { kind: 'unknown', seq }
}

function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(messageGuards, type)
}

function isMessage(type: MessageType, value: unknown): value is CallMessage {
  return messageGuards[type](value)
}

export const isConnectResult: Guard<ConnectResult> = shape<ConnectResult>({
  outcome: isString, code: nullable(isString), participantId: nullable(isString), resumeToken: nullable(isString),
  snapshot: nullable(isSnapshot), iceServers: listOf(isIceServer),
})

export const isIceServersResult: Guard<IceServersResult> = shape<IceServersResult>({ code: nullable(isString), iceServers: listOf(isIceServer) })

export const isNegotiateResult: Guard<NegotiateResult> = shape<NegotiateResult>({
  sdp: nullable(isString), code: nullable(isString), detail: nullable(isString), slots: listOf(isSlot),
})
