import * as z from 'zod'
import { count } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { isEscrowOf, type KeysRecord } from '../wire/index.ts'
import type { Verdict } from './verdict.ts'

/** Which keys are on a site, and whether they could be put back if it were lost. */
export const keysState = z.strictObject({
  /** Of the keys that are there. */
  fingerprint: z.string(),
  /** The escrow on record. */
  escrow: z
    .strictObject({
      /** Of the keys in it. */
      fingerprint: z.string(),
      recipients: z.array(z.string()),
      /** ISO time. */
      madeAt: z.string(),
    })
    .exactOptional(),
  /**
   * `escrowed`; `other-keys`: the escrow is of keys that are not here any more; `other-recipients`: not for those whom
   * the site file names; `refused`: the site file says that there shall be none; `none`.
   */
  state: z.enum(['escrowed', 'other-keys', 'other-recipients', 'refused', 'none']),
})
export type KeysState = z.infer<typeof keysState>

/** Compares the keys that are there with the escrow on record, and with what the site file says of it. */
export function observeKeys(fingerprint: string, { escrow }: KeysRecord, wanted: Site['escrow']): KeysState {
  const record = escrow && {
    fingerprint: escrow.fingerprint,
    recipients: [...escrow.recipients],
    madeAt: escrow.madeAt,
  }
  const state = () => {
    if (escrow === undefined) return wanted === 'none' ? 'refused' : 'none'
    if (escrow.fingerprint !== fingerprint) return wanted === 'none' ? 'refused' : 'other-keys'
    return Array.isArray(wanted) && !isEscrowOf(escrow, fingerprint, wanted) ? 'other-recipients' : 'escrowed'
  }
  return { fingerprint, ...(record === undefined ? {} : { escrow: record }), state: state() }
}

const escrowThem = 'sealift keys escrow -c site.yaml --to age1… -o FILE'

/** What the state of the keys is, in a sentence, and what to do about it where something is. */
export function keysWords({ fingerprint, escrow, state }: KeysState): { message: string; hint?: string } {
  const keys = `the keys (${fingerprint})`
  const people = count(escrow?.recipients.length ?? 0, 'recipient')
  const made = `made ${escrow?.madeAt} for ${people}`
  switch (state) {
    case 'escrowed':
      return { message: `${keys} are in escrow, ${made}` }
    case 'other-keys':
      return {
        message: `${keys} are in no escrow: the one on record, ${made}, is of others (${escrow?.fingerprint})`,
        hint: `make another: ${escrowThem}`,
      }
    case 'other-recipients':
      return {
        message: `${keys} are in escrow, ${made}, not for those whom the site file names`,
        hint: 'run sealift install again: it writes another',
      }
    case 'refused':
      return { message: `${keys} are in no escrow, as the site file says` }
    case 'none':
      return {
        message: `${keys} are in no escrow: if this cluster is lost, nothing in its database can be read again`,
        hint: `make one: ${escrowThem}; or say escrow: none in the site file`,
      }
  }
}

/**
 * The verdict on the keys of a site. To have no escrow is a fault where the site file wants one, or an older one lets
 * people believe that there is one; else it is only told: sites were made before there was any.
 */
export function judgeKeys(id: string, keys: KeysState, wanted: Site['escrow']): Verdict {
  const fault =
    keys.state === 'other-keys' ||
    keys.state === 'other-recipients' ||
    (keys.state === 'none' && Array.isArray(wanted))
  return { id, ok: !fault, ...keysWords(keys) }
}
