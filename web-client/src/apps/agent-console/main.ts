import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { HttpClient } from '@/signalling/http'
import { socketTransport } from '@/signalling/hub-transport'
import App from './App.vue'
import { DeskApi } from './api/deskApi'
import { Http } from './api/http'
import { ReviewApi } from './api/reviewApi'
import { startMessages } from './messages'
import { runInWorker } from './review/integrity/integrityRun'
import { makeRouter } from './router'
import { servicesKey, type Services } from './services'
import { applyTheme } from './shell/theme'
import '@/ui/tokens.css'
import './styles/theme.css'
import './styles/base.css'
import './styles/controls.css'

async function makeServices(): Promise<Services> {
  // `vite --mode fake` only: the condition is constant, so a build holds nothing of it.
  if (import.meta.env.MODE === 'fake') return (await import('./dev/fakeServices')).makeFakeServices()
  const http = new Http(new HttpClient())
  return { http, api: new DeskApi(http), review: new ReviewApi(http), integrity: runInWorker, deskTransport: socketTransport('/hubs/desk'), callTransport: socketTransport('/hubs/call') }
}

startMessages()
applyTheme()
const app = createApp(App)
app.provide(servicesKey, await makeServices())
app.use(createPinia())
app.use(makeRouter())
app.mount('#app')
