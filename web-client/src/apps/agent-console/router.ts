import { createRouter, createWebHistory, type Router } from 'vue-router'
import { useSessionStore } from './session/sessionStore'

/** `meta.open`: reachable without a session. `meta.admin`, `meta.review`: for those who administer or review, others are told so. */
export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/desk'),
    routes: [
      { path: '/sign-in', name: 'sign-in', component: () => import('./session/SignInPage.vue'), meta: { open: true } },
      { path: '/password', name: 'password', component: () => import('./session/ChangePasswordPage.vue') },
      { path: '/', name: 'desk', component: () => import('./desk/DeskPage.vue') },
      { path: '/tickets/:ticketId', name: 'ticket', component: () => import('./desk/DeskPage.vue') },
      { path: '/admin/agents', name: 'agents', component: () => import('./admin/AgentsPage.vue'), meta: { admin: true } },
      { path: '/admin/first-frame', name: 'first-frame', component: () => import('./admin/FirstFramePage.vue'), meta: { admin: true } },
      { path: '/admin/retention', name: 'retention', component: () => import('./admin/RetentionPage.vue'), meta: { admin: true } },
      { path: '/admin/storage', name: 'storage', component: () => import('./admin/StoragePage.vue'), meta: { admin: true } },
      { path: '/review', name: 'cases', component: () => import('./review/CaseListPage.vue'), meta: { review: true } },
      { path: '/review/:recordingId', name: 'replay', component: () => import('./review/ReplayPage.vue'), props: true },
      { path: '/:path(.*)*', name: 'not-found', component: () => import('./shell/NotFoundPage.vue') },
    ],
  })

  router.beforeEach(async (to) => {
    const session = useSessionStore()
    if (session.phase === 'unknown') await session.load()
    if (session.phase === 'unreachable') return true
    if (session.phase === 'signed_out') return to.meta.open === true || { name: 'sign-in', query: { to: to.fullPath } }
    if (session.mustChangePassword) return to.name === 'password' || { name: 'password', query: to.query }
    if (to.name === 'sign-in' || to.name === 'password') return landing(to.query.to, session.mayCall ? '/' : '/review')
    return true
  })
  return router
}

/** Only paths of this application: a foreign address in the query must not take anybody away. */
export function landing(to: unknown, home = '/'): string {
  return typeof to === 'string' && /^\/(?![/\\])./.test(to) && !to.startsWith('/sign-in') ? to : home
}
