/**
 * Works on all, so many at a time, and gives what came of each, in their order. After a first failure nothing is begun any
 * more; what is under way is waited for, with its signal aborted. @throws whatever failed first
 */
export async function atMost<T, R>(
  most: number,
  all: readonly T[],
  work: (one: T, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const done: R[] = []
  let failed: { readonly error: unknown } | undefined
  const rest = all.entries()
  const worker = async () => {
    for (const [at, one] of rest) {
      if (both.aborted) return
      try {
        done[at] = await work(one, both)
      } catch (error) {
        failed ??= { error }
        stop.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: most }, worker))
  if (failed !== undefined) throw failed.error
  signal.throwIfAborted()
  return done
}
