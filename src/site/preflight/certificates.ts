import { X509Certificate } from 'node:crypto'
import { spanWords } from './clock.ts'
import { type Found, fault, notLookedAt, ok, warning } from './found.ts'

const day = 86_400_000
// K3s makes its certificates anew at a start in their last 120 days; sooner than this somebody must have one.
const soon = 30 * day

/** A certificate, who has it, and what makes it anew. */
export interface HeldCertificate {
  /** PEM. */
  readonly pem: string
  /** `the API server's certificate`. */
  readonly what: string
  /** What to do where it has ended. */
  readonly renew: string
}

/** Whether a certificate is valid now and for a while; `now` in milliseconds since 1970. */
export function judgeCertificate({ pem, what, renew }: HeldCertificate, now: number): Found {
  const span = validity(pem)
  if (span === undefined) return notLookedAt(`${what} cannot be read as one`)
  const { from, to } = span
  if (now < from)
    return fault(
      `${what} is valid from ${date(from)} on, and this machine says it is ${date(now)}`,
      "set this machine's clock, or the clock of whoever made the certificate, and have it made anew",
    )
  if (now > to) return fault(`${what} ended on ${date(to)}`, renew)
  if (to - now < soon) return warning(`${what} ends on ${date(to)}, in ${spanWords(to - now)}`, renew)
  return ok(`${what} is valid until ${date(to)}`)
}

function validity(pem: string): { from: number; to: number } | undefined {
  try {
    const { validFrom, validTo } = new X509Certificate(pem)
    return { from: Date.parse(validFrom), to: Date.parse(validTo) }
  } catch {
    return undefined
  }
}

const date = (time: number) => new Date(time).toISOString().slice(0, 10)
