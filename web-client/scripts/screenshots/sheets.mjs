import { mkdirSync, readFileSync } from 'node:fs'

/** Few enough to a sheet that the smallest text stays readable. */
const layouts = { phone: { columns: 4, rows: 2, width: 390 }, desktop: { columns: 2, rows: 2, width: 780 } }

/** Contact sheets: a state's languages stand side by side (desktop) or below each other (phone), so that a difference shows. */
export async function drawSheets(browser, shots, folder) {
  mkdirSync(folder, { recursive: true })
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  let count = 0
  for (const [key, list] of [...groupBy(shots, (shot) => `${shot.group}.${shot.size}.${shot.theme}`)]) {
    const layout = list[0].narrow ? layouts.phone : layouts.desktop
    const states = [...groupBy(list, (shot) => shot.name).values()]
    const perSheet = list[0].narrow ? layout.columns : layout.rows
    for (let start = 0; start < states.length; start += perSheet) {
      await draw(page, states.slice(start, start + perSheet), layout, list[0].narrow, `${folder}/${key}.${String(start / perSheet + 1).padStart(2, '0')}.png`)
      count++
    }
  }
  await context.close()
  return count
}

async function draw(page, states, { columns, width }, byColumn, path) {
  const figure = (shot) => `<figure><figcaption>${shot.name} ${shot.lang}</figcaption><img src="data:image/png;base64,${readFileSync(shot.path).toString('base64')}"></figure>`
  const inOrder = byColumn ? [0, 1].flatMap((row) => states.map((languages) => languages[row])).filter(Boolean) : states.flat()
  await page.setViewportSize({ width: columns * (width + 8) + 8, height: 600 })
  await page.setContent(`<style>
    body { margin: 8px; display: grid; grid-template-columns: repeat(${byColumn ? states.length : columns}, ${width}px); gap: 8px; background: #777; font: 13px sans-serif }
    figure { margin: 0; background: #ffd; } img { width: 100%; display: block }
  </style>${inOrder.map(figure).join('')}`)
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())))
  await page.screenshot({ path, fullPage: true, timeout: 90_000 })
}

/** `Map.groupBy`, which Node 20 has not. */
export function groupBy(all, keyOf) {
  const groups = new Map()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}
