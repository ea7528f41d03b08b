const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes for people, in decimal units: `276.1 MB`. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
