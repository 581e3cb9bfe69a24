import { createApp, h, shallowRef, watchEffect } from 'vue'
import '@/ui/tokens.css'
import '@/ui/base.css'
import '../buyer-page/styles/page.css'
import '../buyer-page/styles/call.css'
import '../buyer-page/styles/photos.css'
import { chooseLanguage, language, languages, type Language } from '@/ui/messages'
import BuyerScreen from '../buyer-page/BuyerScreen.vue'
import { noActions, states } from './states'

/** Every state of the buyer's page without a server: /gallery/?state=live&lang=en&theme=dark. Development only, not in the build. */
const all = states()
const query = new URLSearchParams(location.search)
const screen = shallowRef(all[query.get('state') ?? 'consent'] ?? { name: 'loading' as const })

chooseLanguage(languages.find((one) => one === query.get('lang')) ?? 'zh-CN', null)
watchEffect(() => { document.documentElement.lang = language.value })
document.documentElement.dataset.theme = query.get('theme') ?? 'light'
if (query.get('text') === '200') document.documentElement.style.setProperty('font-size', '200%')

createApp({
  render: () => h(BuyerScreen, { screen: screen.value, act: noActions, onLanguage: (chosen: Language) => chooseLanguage(chosen, null) }),
}).mount('#app')
Object.assign(window, { galleryStates: Object.keys(all) })
