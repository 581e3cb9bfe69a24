import { createApp, watchEffect } from 'vue'
import '@/ui/tokens.css'
import '@/ui/base.css'
import './styles/page.css'
import './styles/call.css'
import './styles/photos.css'
import BuyerApp from './BuyerApp.vue'
import { BuyerSession } from './model/buyer-session'
import { language, startLanguage } from '@/ui/messages'
import { t } from './messages'

const storage = (() => {
  try {
    return window.localStorage
  } catch {
    return null
  }
})()

startLanguage(navigator.languages, storage)
watchEffect(() => {
  document.documentElement.lang = language.value
  document.title = t('page.title')
})

const session = new BuyerSession(window)
createApp(BuyerApp, { session, storage }).mount('#app')
void session.start()
