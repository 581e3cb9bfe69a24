import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A page is a folder of src/apps with an index.html; the gallery of states is for development and never shipped. */
const pages = ['agent-console', 'buyer-page', 'dispute-review'].filter((name) => existsSync(here(`src/apps/${name}/index.html`)))

/** One build: dist/{agent-console,buyer-page,…}/index.html, shared chunks in dist/assets. */
export default defineConfig({
  root: here('src/apps'),
  publicDir: here('public'),
  plugins: [vue()],
  resolve: { alias: { '@': here('src') } },
  // The pages use the composition API only: this leaves the other half of Vue out of the buyer's download.
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    // Read by scripts/size-budget.mjs.
    manifest: true,
    modulePreload: { polyfill: false },
    // Nothing as data: URLs, which the content security policy refuses.
    assetsInlineLimit: 0,
    rollupOptions: { input: Object.fromEntries(pages.map((name) => [name, here(`src/apps/${name}/index.html`)])) },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:5080',
      '/hubs': { target: 'http://127.0.0.1:5080', ws: true },
    },
  },
})
