import * as z from 'zod'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import { type Doubt, placeText } from '../../migrate/index.ts'

/** What somebody can accept: that what is refused is left out, and that what is changed is written all the same. */
export const acceptable = ['refused', 'changed'] as const
export type Accepted = readonly (typeof acceptable)[number][]

const doubt = z.strictObject({
  file: z.string(),
  /** Its place in the file; empty for the whole of it. */
  at: z.string(),
  kind: z.enum(['refused', 'changed', 'lost', 'told']),
  text: z.string(),
})

/** What a migration would do, and has done. No value is in it, nor anything that could be tried against one. */
export const migrated = z.strictObject({
  project: z.string(),
  environment: z.string(),
  path: z.string(),
  /** Whether the folder is to be made, with those above it. */
  newFolder: z.boolean(),
  secrets: z.array(
    z.strictObject({
      name: z.string(),
      file: z.string(),
      at: z.string(),
      /** Of its value. */
      bytes: z.number(),
      /** `left` is refused, `again` is in another place too, with the same value. */
      change: z.enum(['create', 'change', 'equal', 'left', 'again']),
    }),
  ),
  /** What would not survive, and what has not survived encryption. */
  doubts: z.array(doubt),
  /** Files that were left alone. */
  left: z.array(z.strictObject({ file: z.string(), reason: z.string() })),
  /** How many secrets were written; absent where nothing was to be written yet. */
  written: z.number().optional(),
  /** What came of reading all of them back as External Secrets Operator reads. */
  parity: z
    .strictObject({
      /** Who read: the identity of the environment's store, or the admin. */
      by: z.string(),
      expandSecretReferences: z.boolean(),
      equal: z.number(),
      /** What is changed as it was accepted, by name. */
      changed: z.array(z.string()),
      different: z.array(z.strictObject({ name: z.string(), why: z.string() })),
    })
    .optional(),
  /** ExternalSecrets that are to take the environment's store. */
  switches: z.array(
    z.strictObject({
      /** `talent-mesh/db-credentials`, and the Secret that it makes; the same where there is none. */
      externalSecret: z.string(),
      secret: z.string(),
      /** Kind and name of the store that it had, and of the one that it is to have. */
      from: z.string(),
      to: z.string(),
      /** `kept` was tried, and has the store that it had before; `cannot` was not. */
      state: z.enum(['planned', 'already', 'cannot', 'switched', 'kept']),
      /** How many values of the Secret were proven to be what they were when it was switched. */
      keys: z.number().optional(),
      why: z.string().optional(),
    }),
  ),
})
export type Migrated = z.infer<typeof migrated>

/** Doubts that nobody has accepted, and that keep anything from being written. */
export function inTheWay(doubts: readonly Doubt[], accepted: Accepted): Doubt[] {
  return doubts.filter(({ kind }) => acceptable.some(one => one === kind && !accepted.includes(one)))
}

// All of them are in the plan, which is shown beside the error.
const mostFaults = 20

/**
 * The error that ends a migration which would not, or did not, bring everything over as it is.
 * @returns undefined when it did, or would
 */
export function migrationFault(
  { secrets, doubts, parity, switches }: Migrated,
  accepted: Accepted,
): SealiftError | undefined {
  if (parity !== undefined && parity.different.length > 0)
    return new SealiftError(
      'PARITY_FAILED',
      `${count(parity.different.length, 'secret is', 'secrets are')} read otherwise than in the files`,
      {
        faults: parity.different.map(({ why }) => why),
        hints: ['keep the files, and run it again: it writes what differs'],
      },
    )
  const kept = switches.filter(({ state }) => state === 'kept')
  if (kept.length > 0)
    return new SealiftError(
      'PARITY_FAILED',
      `all is written, but ${count(kept.length, 'ExternalSecret has', 'ExternalSecrets have')} the store of before`,
      {
        faults: kept.map(({ externalSecret, why = '' }) => `${externalSecret}: ${why}`),
        hints: ['say the keys as the new store has them, and run it again'],
      },
    )
  const unread = switches.filter(({ state, why }) => state === 'already' && why !== undefined)
  if (unread.length > 0)
    return new SealiftError(
      'PARITY_FAILED',
      `all is written, but ${count(unread.length, 'ExternalSecret that has', 'ExternalSecrets that have')} the store already cannot read from there`,
      { faults: unread.map(({ externalSecret, why = '' }) => `${externalSecret}: ${why}`) },
    )
  const stopping = inTheWay(doubts.map(asDoubt), accepted)
  if (secrets.length + stopping.length === 0)
    return new SealiftError('MIGRATION_UNFIT', 'nothing was written: there is no secret in these files', {
      hints: ['the plan says which files were left alone, and why'],
    })
  const cannot = switches.filter(({ state }) => state === 'cannot')
  if (stopping.length + cannot.length === 0) return undefined
  const kinds = [...new Set(stopping.map(({ kind }) => kind))]
  return new SealiftError(
    'MIGRATION_UNFIT',
    `nothing was written: ${[
      ...(stopping.length > 0 ? [`${count(stopping.length, 'thing')} would not survive`] : []),
      ...(cannot.length > 0 ? [`${count(cannot.length, 'ExternalSecret')} cannot be switched`] : []),
    ].join(', ')}`,
    {
      faults: [
        ...stopping.slice(0, mostFaults).map(({ from, text }) => `${placeText(from)}: ${text}`),
        ...(stopping.length > mostFaults
          ? [`and ${stopping.length - mostFaults} more, as the plan has them`]
          : []),
        ...cannot.map(({ externalSecret, why = '' }) => `${externalSecret}: ${why}`),
      ],
      hints: [
        ...(stopping.length > 0 ? ['change the files, or leave them out with --leave'] : []),
        ...(kinds.includes('changed') ? ['--accept changed writes what is changed all the same'] : []),
        ...(kinds.includes('refused') ? ['--accept refused leaves out what is refused'] : []),
      ],
    },
  )
}

const asDoubt = ({ file, at, kind, text }: z.infer<typeof doubt>): Doubt => ({
  from: { file, at },
  kind,
  text,
})
