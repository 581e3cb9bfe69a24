import type { AgentView } from '@/contracts/generated'

export const staffRoles = ['agent', 'reviewer', 'supervisor', 'admin'] as const
export type StaffRole = (typeof staffRoles)[number]

export type AgentDraft = { email: string; displayName: string; roles: StaffRole[]; disabled: boolean }
export type AgentFaults = { readonly name: boolean; readonly email: boolean; readonly roles: boolean; readonly self: boolean }

export function newAgent(): AgentDraft {
  return { email: '', displayName: '', roles: ['agent'], disabled: false }
}

export function draftOf(agent: AgentView): AgentDraft {
  return { email: agent.email, displayName: agent.displayName, roles: staffRoles.filter((role) => agent.roles.includes(role)), disabled: agent.disabled }
}

/** `self`: an administrator must not lock themselves out. */
export function checkAgent(draft: AgentDraft, isSelf: boolean): AgentFaults {
  return {
    name: draft.displayName.trim() === '',
    email: !/^[^\s@]+@[^\s@]+$/.test(draft.email.trim()),
    roles: draft.roles.length === 0,
    self: isSelf && (draft.disabled || !draft.roles.includes('admin')),
  }
}

export function isSound(faults: AgentFaults): boolean {
  return !faults.name && !faults.email && !faults.roles && !faults.self
}
