import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const page = (name) => fileURLToPath(new URL(`../../src/apps/${name}/index.html`, import.meta.url))

/** What the desk's recording player plays in its fake world. */
export const fakeRecording = () => execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=10:duration=12', '-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '300k', '-f', 'webm', 'pipe:1'])

/**
 * The desk with its fake world at /desk and the gallery of the buyer's page at /gallery, on a free port of this machine.
 * Built once, not served by vite: a hundred modules fetched anew for each picture take longer than a busy machine gives a page.
 */
export async function openSite() {
  const folder = mkdtempSync(join(tmpdir(), 'screens-'))
  // No page of the shipped build: only the two named here.
  process.env.PAGE = 'none'
  const input = { desk: page('agent-console'), gallery: page('gallery') }
  await build({ configFile: 'vite.config.ts', mode: 'fake', logLevel: 'error', build: { outDir: folder, emptyOutDir: true, minify: false, rolldownOptions: { input } } })

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    const file = pathname.startsWith('/assets/') ? pathname : pathname === '/gallery' ? '/gallery/index.html' : '/agent-console/index.html'
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(folder + file))
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
