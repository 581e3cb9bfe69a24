type Closable = { close(): Promise<void> }

/** Starts all of them or none: what did start is closed when another fails. */
export async function startAll<T extends readonly Closable[]>(...starting: { readonly [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const results = await Promise.allSettled(starting)
  const failed = results.find((one) => one.status === 'rejected')
  if (!failed) return Promise.all(starting)
  await closeAll(...results.map((one) => (one.status === 'fulfilled' ? one.value : undefined)))
  throw failed.reason
}

/** Closes what there is, each whatever becomes of the others; a start that failed left some of them undefined. */
export async function closeAll(...started: readonly (Closable | undefined)[]): Promise<void> {
  const results = await Promise.allSettled(started.filter((one) => one !== undefined).map((one) => one.close()))
  const failed = results.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}
