import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const page = (name) => fileURLToPath(new URL(`../../src/apps/${name}/index.html`, import.meta.url))

/** What the players play in the fake world, as files with an index so that they can be sought in. */
function makeMedia(folder) {
  const make = (name, ...how) => execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', ...how, '-f', 'webm', join(folder, name)])
  make('recording.webm', '-i', 'testsrc2=size=640x360:rate=5:duration=48', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '200k', '-g', '10')
  make('voice.webm', '-i', 'sine=frequency=440:duration=48', '-c:a', 'libopus', '-b:a', '16k')
}

/** Media elements seek by ranges. */
function sendMedia(path, request, response) {
  const body = existsSync(path) ? readFileSync(path) : null
  if (body === null) return response.writeHead(404).end()
  const [from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '')?.slice(1) ?? ['0', '']
  const end = to === '' ? body.length - 1 : Number(to)
  response.writeHead(request.headers.range === undefined ? 200 : 206, { 'content-type': 'video/webm', 'accept-ranges': 'bytes', 'content-length': end - Number(from) + 1, ...(request.headers.range === undefined ? {} : { 'content-range': `bytes ${from}-${end}/${body.length}` }) })
  return response.end(body.subarray(Number(from), end + 1))
}

/**
 * The desk with its fake world at /desk, the gallery of the buyer's page at /gallery and the receipt page at /r, on a free port of this machine.
 * Built once, not served by vite: a hundred modules fetched anew for each picture take longer than a busy machine gives a page.
 */
export async function openSite() {
  const folder = mkdtempSync(join(tmpdir(), 'screens-'))
  // No page of the shipped build: only those named here.
  process.env.PAGE = 'none'
  const input = { desk: page('agent-console'), gallery: page('gallery'), receipt: page('receipt-page') }
  await build({ configFile: 'vite.config.ts', mode: 'fake', logLevel: 'error', build: { outDir: folder, emptyOutDir: true, minify: false, rolldownOptions: { input } } })

  makeMedia(folder)
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    if (pathname.startsWith('/fake/')) return sendMedia(join(folder, pathname.slice('/fake/'.length)), request, response)
    const file = pathname.startsWith('/assets/') ? pathname : pathname === '/gallery' ? '/gallery/index.html' : pathname.startsWith('/r/') ? '/receipt-page/index.html' : '/agent-console/index.html'
    return response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(folder + file))
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
