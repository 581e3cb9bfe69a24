import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
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
  plugins: [vue(), deskRoutes],
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
