export { CallEngine, type EngineOptions } from './engine'
export {
  audibleMids, buyerOf, clockText, mainStaff, others, phaseOf, publicationMuted, qualityWord, slotOf, type CallPhase, type QualityWord,
} from './phase'
export { initialCallState, reduce, type CallEvent, type CallOutcome, type CallState, type MediaConnection, type Quality } from './state'
