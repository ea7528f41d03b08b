const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes for people, in decimal units: `276.1 MB`. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** Bytes of memory as people write them for Kubernetes, exactly: `640Mi`, `100Ki`, `129M`, or plain bytes. */
export function printMemory(count: number): string {
  if (count === 0) return '0'
  const unit = Object.entries({ Mi: 2 ** 20, M: 1e6, Ki: 2 ** 10 }).find(([, size]) => count % size === 0)
  return unit === undefined ? `${count}` : `${count / unit[1]}${unit[0]}`
}
