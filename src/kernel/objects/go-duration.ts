const units: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
}

/**
 * A duration as Go writes it (`1h30m`), in seconds; an hour where there is none, as External Secrets Operator's objects
 * have it.
 */
export function refreshSeconds(duration: unknown): number {
  if (typeof duration !== 'string') return 3600
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)]
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0)
}
