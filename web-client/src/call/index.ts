export { CallEngine, type EngineOptions } from './engine'
export {
  audibleMids, buyerOf, clockText, linkOf, mainStaff, others, phaseOf, pictureMode, publicationMuted, qualityWord, slotOf, type CallPhase, type QualityWord,
} from './phase'
export { initialCallState, reduce, type CallEvent, type CallOutcome, type CallState, type LinkModes, type MediaConnection, type Quality } from './state'
export { StillInbox, type ShownStill } from './still-inbox'
