/**
 * The strings of the contracts as unions. The wire types say `string` so that an older page survives a newer server;
 * `known` maps what this page does not know to a stated fallback.
 */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }
export type CallId = Brand<string, 'CallId'>
export type TicketId = Brand<string, 'TicketId'>
export type ParticipantId = Brand<string, 'ParticipantId'>

export const callStates = ['waiting', 'live', 'ended'] as const
export type CallStateName = (typeof callStates)[number]

export const buyerSteps = [
  'none', 'link_opened', 'reading_consent', 'consented', 'checking_camera', 'connecting', 'connected', 'photos', 'declined', 'left',
] as const
export type BuyerStep = (typeof buyerSteps)[number]

/** What the buyer's page may report through the hub. */
export type ReportableStep = 'reading_consent' | 'checking_camera' | 'connecting' | 'connected'

export const endReasons = [
  'agent_hung_up', 'buyer_hung_up', 'buyer_declined', 'consent_withdrawn', 'buyer_photos', 'expired', 'server_stopped', 'unknown',
] as const
export type EndReason = (typeof endReasons)[number]

export const roles = ['buyer', 'agent', 'expert', 'supervisor'] as const
export type Role = (typeof roles)[number]

export const participantConnections = ['joining', 'connected', 'reconnecting'] as const
export type ParticipantConnection = (typeof participantConnections)[number]

export const recordingStates = ['recording', 'paused', 'muxing', 'ready', 'partial', 'empty', 'failed', 'erased'] as const
export type RecordingStateName = (typeof recordingStates)[number]

/** What a link carries: the lower steps are photos in place of video, then sound alone. */
export const mediaModes = ['video', 'stills', 'audio_only'] as const
export type MediaMode = (typeof mediaModes)[number]

export const sources = ['microphone', 'camera', 'screen'] as const
export type Source = (typeof sources)[number]

export const consentChoices = ['recorded_call', 'photos', 'decline'] as const
export type ConsentChoice = (typeof consentChoices)[number]

export const timingMeasures = ['agree_to_agent_frame', 'agree_to_buyer_audio', 'agree_to_buyer_frame', 'connect', 'resume'] as const
export type TimingMeasure = (typeof timingMeasures)[number]

export function known<const T extends string>(names: readonly T[], value: string | null | undefined, fallback: T): T {
  return names.find((name) => name === value) ?? fallback
}

/** Ends every switch over a union: a new member becomes a compile error where it is not handled. */
export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`)
}
