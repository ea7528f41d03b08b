import type { LeaseState } from '../../kernel/lease/index.ts'
import type { Verdict } from './verdict.ts'

const id = 'lease/sealift'

/** Who is at work on the site, or was and left his lease behind. Neither is a fault. */
export function judgeLease(lease: LeaseState | undefined): Verdict {
  if (lease === undefined) return { id, ok: true, message: 'nobody is changing this site' }
  const { holder, since, alive } = lease
  return alive
    ? {
        id,
        ok: true,
        message: `${holder} is changing this site since ${since}: what is found here may change`,
      }
    : {
        id,
        ok: true,
        message: `left by ${holder}, who had it since ${since}; the next install takes it over`,
      }
}
