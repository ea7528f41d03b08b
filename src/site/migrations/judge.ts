import { count, printable } from '../../kernel/errors/index.ts'
import type { Finding } from '../compatibility/index.ts'
import { compareMigrations, type ImageMigrations, type MigrationState } from './compare.ts'
import type { SchemaLook } from './look.ts'
import type { SchemaTrouble } from './troubles.ts'

/** How a new image's server may go on with a database, and what it will migrate. */
export interface SchemaVerdict {
  readonly findings: readonly Finding[]
  /** Names of the migrations that it will run, in their order; none where nobody knows. */
  readonly pending: readonly string[]
}

const id = 'migrations'
const shown = 12

/**
 * Judges what a database has against what an image brings. What a killed migration has left in the way is a doubt where an
 * upgrade takes it away by itself: once Infisical is stopped, and nobody is connected.
 */
export function judgeSchema(look: SchemaLook, image: ImageMigrations | undefined): SchemaVerdict {
  const state = compareMigrations(look.applied, image)
  return {
    findings: [judgeState(state, look, image), ...look.troubles.map(judgeTrouble)],
    pending: (state?.pending ?? []).map(name => printable(name, 300)),
  }
}

function judgeState(
  state: MigrationState | undefined,
  { applied }: SchemaLook,
  image: ImageMigrations | undefined,
): Finding {
  if (state === undefined || image === undefined) {
    const why =
      image === undefined
        ? 'the image of the new server shows no folder of migrations'
        : `this file is a delta, without some layers of the new server's image, and the database has ${count(applied.length, 'migration')}`
    return {
      ...{ id, ok: 'doubt', seen: `which migrations will run is not known: ${why}` },
      hint: 'the new server runs them at its start, after the database is copied',
    }
  }
  const { pending, unknown } = state
  if (unknown.length > 0)
    return {
      ...{ id, ok: 'no' },
      seen: `the database has ${count(unknown.length, 'migration')} that the new server does not know, which would not start: ${listed(unknown)}${pending.length === 0 ? '' : `; and lacks ${count(pending.length, 'migration')} of its`}`,
      hint:
        pending.length === 0
          ? 'a newer server was at work on this database: take a bundle with that version, or a newer one'
          : 'a server of another line was at work on this database: take a bundle with a version that has these migrations',
    }
  const all = pending.length + state.applied
  if (pending.length === 0)
    return { id, ok: 'yes', seen: `none will run: the database has all ${all} of the new server` }
  return { id, ok: 'yes', seen: `${pending.length} of ${all} will run: ${listed(pending)}` }
}

function judgeTrouble({ what, name, fault, hint }: SchemaTrouble): Finding {
  if (what === 'invalid-index') return { id: printable(`${id}/index/${name}`), ok: 'no', seen: fault, hint }
  return what === 'lock'
    ? {
        ...{ id: `${id}/lock`, ok: 'doubt', seen: fault },
        hint: 'an upgrade frees it, once Infisical is stopped and nobody is connected',
      }
    : { id: `${id}/running/${name}`, ok: 'doubt', seen: fault, hint }
}

const listed = (names: readonly string[]) => {
  const more = names.length > shown ? `, and ${names.length - shown} more` : ''
  return `${names
    .slice(0, shown)
    .map(name => printable(name, 200))
    .join(', ')}${more}`
}
