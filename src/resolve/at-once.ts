/** Works on all of a list, `most` at once, and gives the results in its order. @throws the first failure */
export async function atOnce<Item, Result>(
  list: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = list.entries()
  const one = async () => {
    for (const [i, item] of left) results[i] = await work(item)
  }
  await Promise.all(Array.from({ length: most }, one))
  return results
}
