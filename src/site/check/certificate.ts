import { X509Certificate } from 'node:crypto'
import { count } from '../../kernel/errors/index.ts'
import type { Verdict } from './verdict.ts'

const day = 86_400_000
/** CloudNativePG makes its CA anew in its last seven days; nobody else does it later either. */
const late = 7 * day
/** From when on its end is told. */
const soon = 14 * day

const rotate = 'run: sealift rotate ca'

/** Certificates by which Infisical checks PostgreSQL's, in PEM. */
export interface Cas {
  /** Those that its pods have: a copy. */
  readonly copied: string
  /** Those at the place that it was taken from, now. */
  readonly own: string
}

/**
 * Whether the copy of a CA that Infisical's pods have is still the CA, and will be for a while: one that has ended is
 * refused by Node, however fresh the server's own certificate is. `now` in milliseconds since 1970.
 */
export function judgeCa(id: string, { copied, own }: Cas, now: number): Verdict {
  const [theirs, present] = [read(copied), read(own)]
  const fault = (message: string, hint: string): Verdict => ({ id, ok: false, message, hint })
  if (present === undefined)
    return fault('what lies at its place is no certificate in PEM', 'put the CA’s certificate there')
  if (theirs === undefined) return fault('what Infisical’s pods have is no certificate in PEM', rotate)
  const until = `it ends ${shown(theirs.end, now)}`
  if (theirs.marks !== present.marks)
    return fault(
      `Infisical’s pods have a copy that is another one than the CA is now: ${until}, the CA's own ${shown(present.end, now)}`,
      rotate,
    )
  const left = theirs.end - now
  if (left > soon) return { id, ok: true, message: `Infisical’s pods have it as it is; ${until}` }
  if (left > late)
    return {
      id,
      ok: true,
      message: `Infisical’s pods have it as it is; ${until}: as soon as it is made anew, sealift rotate ca copies it`,
    }
  return fault(
    `Infisical’s pods have it as it is; ${until}, and it has not been made anew`,
    'make it anew, or look why its issuer does not (CloudNativePG does in its last seven days); then run: sealift rotate ca',
  )
}

function shown(end: number, now: number): string {
  const date = new Date(end).toISOString().slice(0, 10)
  const days = Math.floor(Math.abs(end - now) / day)
  return end <= now ? `on ${date}, which is past` : `on ${date}, in ${count(days, 'day')}`
}

/** The certificates of a PEM: what tells them from others, and when the last one ends. */
function read(pem: string): { marks: string; end: number } | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  try {
    const all = blocks.map(block => new X509Certificate(block))
    if (all.length === 0) return undefined
    const marks = all.map(({ fingerprint256 }) => fingerprint256).sort()
    return { marks: marks.join(), end: Math.max(...all.map(({ validTo }) => Date.parse(validTo))) }
  } catch {
    return undefined
  }
}
