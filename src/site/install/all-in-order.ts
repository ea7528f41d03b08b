/**
 * What several calls under way give, once all of them have ended. Of several failures the first in their order is thrown,
 * not the first in time: what is told does not hang on which was quicker.
 */
export async function allInOrder<T extends readonly unknown[]>(
  calls: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const ended = await Promise.allSettled(calls)
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return ended.map(one => (one as PromiseFulfilledResult<unknown>).value) as unknown as T
}
