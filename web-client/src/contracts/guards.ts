/** Boundary checks: nothing that came over the wire is believed before one of these said so. */
export type Guard<T> = (value: unknown) => value is T

export const isString: Guard<string> = (value): value is string => typeof value === 'string'
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value)
export const isBoolean: Guard<boolean> = (value): value is boolean => typeof value === 'boolean'

export const nullable = <T>(inner: Guard<T>): Guard<T | null> =>
  (value): value is T | null => value === null || inner(value)

export const listOf = <T>(inner: Guard<T>): Guard<readonly T[]> =>
  (value): value is readonly T[] => Array.isArray(value) && value.every(inner)

export const literal = <const T extends string>(expected: T): Guard<T> =>
  (value): value is T => value === expected

export function shape<T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const checks = Object.entries<Guard<unknown>>(fields)
  return (value): value is T => {
    if (typeof value !== 'object' || value === null) return false
    const record = value as Record<string, unknown>
    return checks.every(([name, check]) => check(record[name]))
  }
}
