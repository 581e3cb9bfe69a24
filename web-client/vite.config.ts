import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One build, three pages: dist/{agent-console,buyer-page,dispute-review}/index.html, shared chunks in dist/assets. */
export default defineConfig({
  root: here('src/apps'),
  publicDir: here('public'),
  plugins: [vue()],
  resolve: { alias: { '@': here('src') } },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        'agent-console': here('src/apps/agent-console/index.html'),
        'buyer-page': here('src/apps/buyer-page/index.html'),
      },
    },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:5080',
      '/hubs': { target: 'http://127.0.0.1:5080', ws: true },
    },
  },
})
