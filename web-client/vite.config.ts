import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { minify } from 'terser'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A page is a folder of src/apps with an index.html; the gallery of states is for development and never shipped. */
const pages = ['agent-console', 'buyer-page', 'receipt-page'].filter((name) => existsSync(here(`src/apps/${name}/index.html`)))

/** Addresses below /desk and /r; the server answers each with its page, and so does the development server. */
const deskRoutes: Plugin = {
  name: 'desk-routes',
  configureServer(server) {
    server.middlewares.use((request, _, next) => {
      if (/^\/desk(\/|\?|$)/.test(request.url ?? '')) request.url = '/agent-console/index.html'
      if (/^\/r(\/|\?|$)/.test(request.url ?? '')) request.url = '/receipt-page/index.html'
      next()
    })
  },
}

/** `'key': value,` of a message table, one a line; the value as it is written. */
function messagesOf(code: string): Map<string, string> {
  return new Map([...code.matchAll(/^ {2}'([^']+)': (.+),$/gm)].map(([, key = '', value = '']) => [key, value]))
}

/** The second language without its keys, which the first one brings already: 0.8 KB of the buyer's 60. */
const keysOnce: Plugin = {
  name: 'keys-once',
  apply: 'build',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/buyer-page/messages/en.ts')) return null
    const texts = messagesOf(code)
    const order = [...messagesOf(readFileSync(id.replace(/en\.ts$/, 'zh.ts'), 'utf8')).keys()]
    const missing = order.find((key) => !texts.has(key))
    if (missing !== undefined || order.length !== texts.size) throw new Error(`messages/en.ts and zh.ts do not match${missing === undefined ? '' : `: ${missing}`}; write one message a line`)
    return {
      code: `import { zh } from './zh'\nconst texts = [${order.map((key) => texts.get(key)).join(',\n')}]\nexport const en = Object.fromEntries(Object.keys(zh).map((key, i) => [key, texts[i]]))\n`,
      map: null,
    }
  },
}

/** Terser over what the bundler's own minifier leaves finds another 0.6 KB of the buyer's 60; alone it finds less than that one. */
const minifiedTwice: Plugin = {
  name: 'minified-twice',
  apply: 'build',
  async generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      const { code } = await minify(chunk.code, { module: true, ecma: 2020, compress: { passes: 3, pure_getters: true } })
      if (code !== undefined) chunk.code = code
    }
  },
}

/**
 * `npm run build` builds the pages one after the other (PAGE): chunks shared between them would carry what only the desk uses to
 * the buyer's phone (5 KB of 60 when measured), and nobody opens both.
 */
const page = process.env.PAGE
const built = page === undefined ? pages : pages.filter((name) => name === page)

/** dist/{agent-console,buyer-page,…}/index.html, chunks in dist/assets. */
export default defineConfig({
  root: here('src/apps'),
  publicDir: here('public'),
  plugins: [vue(), deskRoutes, keysOnce, minifiedTwice],
  resolve: { alias: { '@': here('src') } },
  // The pages use the composition API only: this leaves the other half of Vue out of the buyer's download.
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  build: {
    outDir: here('dist'),
    emptyOutDir: page === undefined || page === pages[0],
    target: 'es2022',
    // Read by scripts/size-budget.mjs.
    manifest: `.vite/${page ?? 'all'}.json`,
    modulePreload: { polyfill: false },
    // Nothing as data: URLs, which the content security policy refuses.
    assetsInlineLimit: 0,
    rolldownOptions: { input: Object.fromEntries(built.map((name) => [name, here(`src/apps/${name}/index.html`)])) },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:5080',
      '/.well-known': 'http://127.0.0.1:5080',
      '/hubs': { target: 'http://127.0.0.1:5080', ws: true },
    },
  },
})
