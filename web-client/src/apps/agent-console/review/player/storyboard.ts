export type Tile = { readonly url: string; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly sheetWidth: number }
export type Storyboard = { readonly tileAt: (seconds: number) => Tile | null; readonly ratio: number }

type Loose = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Loose => typeof value === 'object' && value !== null
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const positive = (value: unknown): number | null => { const one = number(value); return one !== null && one > 0 ? one : null }

type Placed = { readonly seconds: number; readonly tile: Tile }

/**
 * Reads recordings-schema/playback storyboard.json. `resolve` turns a sheet's name into an address. Null when it cannot be used: the
 * player then does without pictures on hover.
 */
export function readStoryboard(value: unknown, resolve: (name: string) => string): Storyboard | null {
  if (!isRecord(value) || !Array.isArray(value.sheets)) return null
  const placed = (Array.isArray(value.tiles) ? listed(value, resolve) : regular(value.sheets, resolve)).toSorted((a, b) => a.seconds - b.seconds)
  const [first] = placed
  if (first === undefined) return null
  return { ratio: first.tile.width / first.tile.height, tileAt: (seconds) => (placed.findLast((one) => one.seconds <= seconds + 0.001) ?? first).tile }
}

/** Version 1: one list of tiles, each with its own time. */
function listed(value: Loose, resolve: (name: string) => string): Placed[] {
  const [width, height, columns] = [positive(value.tileWidth), positive(value.tileHeight), positive(value.columns)]
  const sheets = value.sheets as readonly unknown[]
  if (width === null || height === null || columns === null) return []
  return (value.tiles as readonly unknown[]).flatMap((one) => {
    const [seconds, x, y] = isRecord(one) ? [number(one.seconds), number(one.x), number(one.y)] : [null, null, null]
    const sheet = isRecord(one) ? sheets[number(one.sheet) ?? -1] : undefined
    if (seconds === null || x === null || y === null || typeof sheet !== 'string') return []
    return [{ seconds, tile: { url: resolve(sheet), x, y, width, height, sheetWidth: width * columns } }]
  })
}

/** Sheets of tiles in even steps. */
function regular(sheets: readonly unknown[], resolve: (name: string) => string): Placed[] {
  return sheets.flatMap((sheet) => {
    if (!isRecord(sheet)) return []
    const name = typeof sheet.url === 'string' ? sheet.url : sheet.name
    const [columns, rows, width, height] = [positive(sheet.columns), positive(sheet.rows), positive(sheet.width), positive(sheet.height)]
    const [firstMs, stepMs] = [number(sheet.firstMs), positive(sheet.stepMs)]
    if (typeof name !== 'string' || columns === null || rows === null || width === null || height === null || firstMs === null || stepMs === null) return []
    const count = Math.min(positive(sheet.count) ?? Infinity, columns * rows, 10_000)
    return Array.from({ length: count }, (_, index) => ({
      seconds: (firstMs + index * stepMs) / 1000,
      tile: { url: resolve(name), x: (index % columns) * width, y: Math.floor(index / columns) * height, width, height, sheetWidth: width * columns },
    }))
  })
}
