// Fails when the buyer's entry and call page needs more JavaScript than a weak phone network should carry.
// Counts every chunk the page can ever load, lazy ones too, compressed as the server sends them. Run after `npm run build`.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const budgetBytes = 60 * 1024
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/buyer-page.json`, 'utf8'))

const files = new Set()
const visit = (key) => {
  const chunk = manifest[key]
  if (chunk === undefined || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) visit(next)
}
visit('buyer-page/index.html')
if (files.size === 0) throw new Error('no buyer page in dist/.vite/buyer-page.json: run `npm run build` first')

let total = 0
for (const file of files) {
  const size = gzipSync(readFileSync(dist + file), { level: 9 }).length
  total += size
  console.log(`${(size / 1024).toFixed(1).padStart(7)} KB  ${file}`)
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB of ${budgetBytes / 1024} KB gzipped JavaScript on the buyer's page`)
if (total > budgetBytes) {
  console.error('Over budget: find what grew before raising it.')
  process.exitCode = 1
}
