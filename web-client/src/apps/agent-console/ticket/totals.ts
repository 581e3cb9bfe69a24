import type { OrderLine } from '@/contracts/generated'

/** One sum for each currency: they are never added up. Counted in hundredths, because 0.1 + 0.2 must be 0.3 on a refund page. */
export function totals(lines: readonly OrderLine[]): readonly { readonly currency: string; readonly amount: number }[] {
  const sums = new Map<string, number>()
  for (const line of lines) sums.set(line.currency, (sums.get(line.currency) ?? 0) + Math.round(line.unitPrice * 100) * line.quantity)
  return [...sums].map(([currency, hundredths]) => ({ currency, amount: hundredths / 100 }))
}
