/**
 * Whether a live value already says all that a wanted one does. Mappings may say more; lists must be the same length,
 * item by item. What an API server only writes differently (`0.5` for `500m`) is not covered: ask it then.
 */
export function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => covers(live[i], item))
    )
  if (typeof wanted !== 'object' || wanted === null) return live === wanted
  if (typeof live !== 'object' || live === null || Array.isArray(live)) return false
  return Object.entries(wanted).every(([key, value]) =>
    covers((live as Readonly<Record<string, unknown>>)[key], value),
  )
}
