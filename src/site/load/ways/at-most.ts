/**
 * Works on all, so many at a time, in their order. After a first failure nothing is begun any more; what is under way is
 * waited for, with its signal aborted. @throws whatever failed first
 */
export async function atMost<T>(
  most: number,
  all: readonly T[],
  work: (one: T, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  let failed: { readonly error: unknown } | undefined
  const rest = all.values()
  const worker = async () => {
    for (const one of rest) {
      if (both.aborted) return
      await work(one, both).catch(error => {
        failed ??= { error }
        stop.abort()
      })
    }
  }
  await Promise.all(Array.from({ length: most }, worker))
  if (failed !== undefined) throw failed.error
  signal.throwIfAborted()
}
