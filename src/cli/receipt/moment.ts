/** An ISO time for people, to the second: `2026-11-30 02:15:07 UTC`. */
export function moment(iso: string): string {
  const time = Date.parse(iso)
  return Number.isNaN(time)
    ? iso
    : new Date(time)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC')
}
