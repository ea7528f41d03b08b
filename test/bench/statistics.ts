/** The smallest, the middle and the largest of several values. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** What a value must be: by the median of all rounds or, with `always`, in every one. */
export type Target = ({ readonly most: number } | { readonly least: number }) & { readonly always?: true }

/** The spread of values, in any order. @throws RangeError when there are none */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => {
    const value = sorted[index]
    if (value === undefined) throw new RangeError('no values were measured')
    return value
  }
  const middle = (sorted.length - 1) / 2
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  }
}

/** Each of ours divided by theirs of the same round. @throws RangeError when the rounds are not the same number */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  if (ours.length !== theirs.length)
    throw new RangeError(`${ours.length} rounds of ours, ${theirs.length} of theirs`)
  return ours.map((value, round) => value / (theirs[round] as number))
}

/** Whether a spread meets a target. NaN meets none. */
export function meets({ min, median, max }: Spread, target: Target): boolean {
  if ('most' in target) return (target.always ? max : median) <= target.most
  return (target.always ? min : median) >= target.least
}
