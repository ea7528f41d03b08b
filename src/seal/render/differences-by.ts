/** What a chart renders, as far as it counts: whether two renderings name the same things. */
export type Outline = ReadonlySet<string>

/** APIs that change what a chart renders, together: each of them is needed for it. */
export interface Difference {
  readonly apis: readonly string[]
  /** What comes with them, and what goes. Absent where the chart cannot be rendered with them. */
  readonly change?: { readonly more: readonly string[]; readonly less: readonly string[] }
}

/** Most differences told of one chart. */
const mostTold = 20

/**
 * Finds which of these APIs a chart's rendering depends on: each that it asks for in so many words by itself, then all
 * the others at once, and only where that differs halving until those are left without which it does not.
 * @param inWords those to be tried by themselves
 * @param outline what is rendered with these claimed as well; undefined where that cannot be rendered
 */
export async function differencesBy(
  open: readonly string[],
  base: Outline,
  outline: (claimed: readonly string[]) => Promise<Outline | undefined>,
  inWords: readonly string[] = [],
): Promise<Difference[]> {
  const found: Difference[] = []
  for (const api of inWords) {
    if (found.length === mostTold) break
    const now = await outline([api])
    if (!isSame(now, base)) found.push(differenceOf([api], base, now))
  }
  const search = async (from: Outline, first: readonly string[]): Promise<void> => {
    let start = { outline: from, claimed: first }
    for (;;) {
      const known = found.flatMap(({ apis }) => apis)
      const left = open.filter(api => !known.includes(api))
      if (found.length === mostTold || left.length === 0) return
      const at = (more: readonly string[]) => outline([...start.claimed, ...more])
      if (isSame(await at(left), start.outline)) return
      const apis = await fewest(left, start.outline, at)
      const now = await at(apis)
      found.push(differenceOf(apis, start.outline, now))
      // Another may matter only beside what is found.
      if (first.length > 0 && now !== undefined)
        start = { outline: now, claimed: [...start.claimed, ...apis] }
    }
  }
  await search(base, [])
  const together = found.filter(({ change }) => change !== undefined).flatMap(({ apis }) => apis)
  if (together.length === 0) return found
  const all = await outline(together)
  if (all !== undefined) await search(all, together)
  return found
}

/** The fewest of these with which the outline is another than without: one more that is needed with each search. */
async function fewest(
  open: readonly string[],
  base: Outline,
  at: (claimed: readonly string[]) => Promise<Outline | undefined>,
): Promise<string[]> {
  const needed: string[] = []
  let rest = open
  while (needed.length === 0 || isSame(await at(needed), base)) {
    // The end of the shortest beginning of the rest that makes a difference, beside what is needed.
    let [low, high] = [0, rest.length - 1]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (isSame(await at([...needed, ...rest.slice(0, middle + 1)]), base)) low = middle + 1
      else high = middle
    }
    const last = rest[low]
    if (last === undefined) return needed
    needed.push(last)
    rest = rest.slice(0, low)
  }
  return needed
}

/** Whether two renderings name the same things; one that could not be made is like no other. */
export function isSame(one: Outline | undefined, other: Outline): boolean {
  return one !== undefined && one.size === other.size && [...one].every(item => other.has(item))
}

function differenceOf(apis: readonly string[], before: Outline, after: Outline | undefined): Difference {
  if (after === undefined) return { apis }
  const more = [...after].filter(item => !before.has(item))
  const less = [...before].filter(item => !after.has(item))
  return { apis, change: { more, less } }
}
