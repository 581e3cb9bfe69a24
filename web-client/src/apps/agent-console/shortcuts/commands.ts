import { onScopeDispose } from 'vue'
import type { Command } from './shortcuts'

/** Who carries out a command now. False when it does not apply, so that the key stays the browser's. */
export type CommandHandler = () => boolean

const handlers = new Map<Command, CommandHandler[]>()

/** The handler added last is asked first; it leaves with its component. */
export function onCommand(command: Command, handler: CommandHandler): void {
  handlers.set(command, [...(handlers.get(command) ?? []), handler])
  onScopeDispose(() => handlers.set(command, (handlers.get(command) ?? []).filter((item) => item !== handler)))
}

export function runCommand(command: Command): boolean {
  return [...(handlers.get(command) ?? [])].reverse().some((handler) => handler())
}
