import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { SessionView } from '@/contracts/generated'
import type { ProblemError } from '@/signalling/problem'
import { isOffline } from '../api/http'
import { useServices } from '../services'

export type SessionPhase = 'unknown' | 'signed_out' | 'signed_in' | 'unreachable'

/** Roles that see every recording. */
const reviewers: readonly string[] = ['reviewer', 'supervisor', 'admin']

/** Who works here. An ended session keeps the pages mounted (`expired`), so that nothing typed is lost. */
export const useSessionStore = defineStore('session', () => {
  const { api, http } = useServices()
  const phase = ref<SessionPhase>('unknown')
  const session = ref<SessionView | null>(null)
  const expired = ref(false)

  const mustChangePassword = computed(() => session.value?.mustChangePassword === true)
  const isAdmin = computed(() => session.value?.roles.includes('admin') === true)
  const mayCall = computed(() => session.value?.roles.some((role) => role !== 'reviewer') === true)

  const mayReview = computed(() => session.value?.roles.some((role) => reviewers.includes(role)) === true)

  http.onUnauthenticated = () => {
    if (phase.value === 'signed_in') expired.value = true
  }

  function accept(view: SessionView): void {
    session.value = view
    phase.value = 'signed_in'
    expired.value = false
  }

  async function load(): Promise<void> {
    const result = await api.session()
    if (result.ok) return accept(result.value)
    phase.value = isOffline(result.error) ? 'unreachable' : 'signed_out'
  }

  /** Null when signed in. */
  async function signIn(email: string, password: string): Promise<ProblemError | null> {
    const former = session.value?.userId
    const result = await api.signIn({ email, password })
    if (!result.ok) return result.error
    accept(result.value)
    if (former !== undefined && former !== result.value.userId) window.location.reload()
    return null
  }

  async function changePassword(currentPassword: string, newPassword: string): Promise<ProblemError | null> {
    const result = await api.changePassword({ currentPassword, newPassword })
    if (!result.ok) return result.error
    await load()
    return null
  }

  async function signOut(): Promise<void> {
    await api.signOut()
    phase.value = 'signed_out'
    session.value = null
    expired.value = false
  }

  return { phase, session, expired, mustChangePassword, isAdmin, mayCall, mayReview, load, signIn, changePassword, signOut }
})
