/** Whether two versions of a chart are the same: one may be written with a `v` that the other lacks. */
export function isSameVersion(one: string, other: string): boolean {
  return bare(one) === bare(other)
}

const bare = (version: string): string => version.replace(/^v/, '')
