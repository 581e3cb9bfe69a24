import { createApp, watchEffect } from 'vue'
import '@/ui/tokens.css'
import '@/ui/base.css'
import '../buyer-page/styles/page.css'
import './receipt.css'
import { HttpClient } from '@/signalling/http'
import { chooseLanguage, language, startLanguage } from '@/ui/messages'
import ReceiptApp from './ReceiptApp.vue'
import { keptCheckpoint, ReceiptCheckPage } from './model/receipt-check-page'
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

const page = new ReceiptCheckPage(new HttpClient(), (recordingId) => keptCheckpoint(storage, recordingId))
createApp(ReceiptApp, {
  page,
  onLanguage: (chosen: Parameters<typeof chooseLanguage>[0]) => chooseLanguage(chosen, storage),
  onCode: (code: string) => window.history.replaceState(null, '', `/r/${encodeURIComponent(code)}`),
}).mount('#app')
void page.open(decodeURIComponent(window.location.pathname.split('/').at(-1) ?? ''))
