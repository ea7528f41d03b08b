const terms: readonly [RegExp, (value: string | undefined, wanted: readonly string[]) => boolean][] = [
  [/^([^\s=!]+)\s+notin\s+\(([^)]*)\)$/, (value, wanted) => value === undefined || !wanted.includes(value)],
  [/^([^\s=!]+)\s+in\s+\(([^)]*)\)$/, (value, wanted) => value !== undefined && wanted.includes(value)],
  [/^([^\s=!]+)!=(.*)$/, (value, [wanted]) => value !== wanted],
  [/^([^\s=!]+)==?(.*)$/, (value, [wanted]) => value === wanted],
  [/^!([^\s=!]+)$/, value => value === undefined],
  [/^([^\s=!]+)$/, value => value !== undefined],
]

/** Whether labels fit a Kubernetes label selector: `a=b,c!=d,e,!f,g in (h,i)`. @throws Error for a bad selector */
export function matches(selector: string, labels: Readonly<Record<string, string>> = {}): boolean {
  const parts = selector.split(/,(?![^(]*\))/).map(part => part.trim())
  return parts
    .filter(part => part !== '')
    .every(part => {
      for (const [shape, fits] of terms) {
        const found = shape.exec(part)
        if (found)
          return fits(
            labels[found[1] ?? ''],
            (found[2] ?? '').split(',').map(value => value.trim()),
          )
      }
      throw new Error(`not a label selector: ${part}`)
    })
}
