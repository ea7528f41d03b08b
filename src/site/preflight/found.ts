import * as z from 'zod'

/** How a check can end. What was not looked at may be well or not: `seen` says why nobody knows. */
export const outcome = z.enum(['ok', 'warning', 'fault', 'not-looked-at'])
export type Outcome = z.infer<typeof outcome>

/** What checks are about, in the order in which they are shown. */
export const checkGroup = z.enum([
  'bundle',
  'cluster',
  'nodes',
  'services',
  'present',
  'upgrade',
  'admission',
  'access',
])
export type CheckGroup = z.infer<typeof checkGroup>

/** One thing that was looked at before an install. */
export const preflightCheck = z.strictObject({
  /** Stable over versions: `cluster/version`, `node/disk/NAME`. */
  id: z.string(),
  group: checkGroup,
  title: z.string(),
  result: outcome,
  /** What was seen, or why nobody looked. */
  seen: z.string(),
  /** What to do; there for every fault and warning. */
  next: z.string().exactOptional(),
})
export type PreflightCheck = z.infer<typeof preflightCheck>

/** What came of a look. */
export type Found = Pick<PreflightCheck, 'result' | 'seen' | 'next'>

/** What came of one of several things that a look is about: its id ends with `of`. */
export type Part = Found & { readonly of: string }

/** All is well with it. */
export const ok = (seen: string): Found => ({ result: 'ok', seen })

/** An install would go on, and somebody should know. */
export const warning = (seen: string, next: string): Found => ({ result: 'warning', seen, next })

/** An install would end here, or leave something that does not work. */
export const fault = (seen: string, next: string): Found => ({ result: 'fault', seen, next })

/** Nobody could look. */
export const notLookedAt = (seen: string, next?: string): Found => ({
  result: 'not-looked-at',
  seen,
  ...(next === undefined ? {} : { next }),
})

const order: readonly Outcome[] = ['fault', 'not-looked-at', 'warning', 'ok']

/** Several findings about one thing as one, the worst first; `otherwise` where there is none. */
export function together(findings: readonly Found[], otherwise: Found): Found {
  const ranked = findings.toSorted((a, b) => order.indexOf(a.result) - order.indexOf(b.result))
  const [worst] = ranked
  if (worst === undefined) return otherwise
  const next = [...new Set(ranked.flatMap(({ next }) => next ?? []))].join('; ')
  const seen = ranked.map(({ seen }) => seen).join('; ')
  return { result: worst.result, seen, ...(next === '' ? {} : { next }) }
}

/** How many checks ended in which way. */
export function counts(checks: readonly Pick<PreflightCheck, 'result'>[]): Record<Outcome, number> {
  const found: Record<Outcome, number> = { ok: 0, warning: 0, fault: 0, 'not-looked-at': 0 }
  for (const { result } of checks) found[result] += 1
  return found
}
