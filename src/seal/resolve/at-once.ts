/**
 * Works on all of a list, `most` at once, and gives the results in its order. After a failure nothing more is
 * begun; what runs by then is waited for, so that nothing of it goes on behind the caller's back.
 * @throws the first failure
 */
export async function atOnce<Item, Result>(
  list: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  // All workers draw from one iterator. Leaving a loop over it does not end it for the others, as an array's has no
  // return(): each has to look for itself.
  const left = list.entries()
  const one = async () => {
    for (const [i, item] of left) {
      if (failures.length > 0) return
      try {
        results[i] = await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: most }, one))
  if (failures.length > 0) throw failures[0]
  return results
}

/**
 * Does different things side by side. The first failure aborts the signal that the others were begun with, and
 * they are waited for: nothing goes on behind the caller's back.
 * @throws the first failure
 */
export async function together<Results extends readonly unknown[]>(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => { readonly [Key in keyof Results]: Promise<Results[Key]> },
): Promise<Results> {
  const failed = new AbortController()
  const all = begin(AbortSignal.any([signal, failed.signal]))
  await Promise.all(all.map(one => one.catch((error: unknown) => failed.abort(error))))
  failed.signal.throwIfAborted()
  return (await Promise.all(all)) as unknown as Results
}
