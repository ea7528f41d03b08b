import { printable } from '../../kernel/errors/index.ts'
import type { DatabaseSession, Watch } from '../../kernel/ports/index.ts'
import type { OwnDatabase, SiteServices } from '../wire/index.ts'
import { carryAttributes } from './attributes.ts'
import { keptComment } from './kept.ts'
import { asMaker, type Maker } from './maker.ts'
import { besideName } from './names.ts'
import { drop } from './sessions.ts'
import { swapNames } from './swap.ts'

/**
 * Makes an empty database beside Infisical's, of the same owner, encoding, locale and, where that may be, tablespace; those
 * of the same mark that killed runs have left are dropped. `mark` is like `_restoring_`, `id` eight hexadecimal digits: names
 * that nobody else gives. Gives its name, and doubts in words. @throws SealiftError DATABASE_UNFIT
 */
export async function makeScratch(
  maker: Maker,
  { mark, id }: { readonly mark: string; readonly id: string },
): Promise<{ readonly name: string; readonly warnings: readonly string[] }> {
  const { session, own, owner } = maker
  await dropLeft(maker, mark)
  const name = besideName(own.database, `${mark}${id}`)
  const [row = {}] = await session.query(
    `SELECT to_jsonb(d) AS d, pg_encoding_to_char(encoding) AS encoding, t.spcname AS space,
            has_tablespace_privilege(t.oid, 'CREATE') AS may
       FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE datname = $1`,
    [own.database],
  )
  const space = String(row['space'] ?? 'pg_default')
  const words = [
    `CREATE DATABASE ${session.identifier(name)} OWNER ${session.identifier(owner)} TEMPLATE template0`,
    `ENCODING ${session.literal(String(row['encoding'] ?? 'UTF8'))}`,
    ...locale(session, (row['d'] ?? {}) as Record<string, unknown>),
    ...(space !== 'pg_default' && row['may'] === true ? [`TABLESPACE ${session.identifier(space)}`] : []),
  ]
  await session.query(words.join(' '))
  const elsewhere = space !== 'pg_default' && row['may'] !== true
  const lost = printable(
    `database ${name} is in the server's own tablespace: ${maker.login.user} may make none in ${space}, where ${own.database} is`,
    300,
  )
  return { name, warnings: elsewhere ? [lost] : [] }
}

/**
 * Serves one in the place of Infisical's, with the attributes of that, which is set aside and kept. Gives how that is called
 * then, and what could not be carried over, in words. @throws SealiftError DATABASE_UNFIT when others are connected, DATABASE_*
 */
export async function serveScratch(
  maker: Maker,
  { name, id, at }: { readonly name: string; readonly id: string; readonly at: string },
  watch: Watch,
): Promise<{ readonly setAside: string; readonly warnings: readonly string[] }> {
  const { session, own, owner } = maker
  const lost = await carryAttributes(session, { from: own.database, to: name, owner })
  const aside = besideName(own.database, `_set_aside_${id}`)
  await swapNames(
    maker,
    { next: name, aside, comment: `${keptComment}set aside at ${at}, by a restore` },
    watch,
  )
  return {
    setAside: aside,
    warnings: lost.map(one => `${own.database} lacks what only an administrator may give it: ${one}`),
  }
}

/** Drops one that {@link makeScratch} has made. @throws SealiftError DATABASE_UNFIT with a fault for each who may not be ended */
export async function dropScratch(maker: Maker, name: string): Promise<void> {
  await drop(maker, name)
}

/** Columns of providers have other names in other versions: https://www.postgresql.org/docs/current/catalog-pg-database.html */
function locale(session: DatabaseSession, row: Record<string, unknown>): string[] {
  const { datcollate, datctype, datlocprovider, datlocale, daticulocale, daticurules } = row
  const own = datlocale ?? daticulocale
  const word = (name: string, value: unknown) =>
    typeof value === 'string' ? [`${name} ${session.literal(value)}`] : []
  // A template's provider is taken where none is said, and template0 may be of another one.
  const provider: Readonly<Record<string, readonly string[]>> = {
    c: ['LOCALE_PROVIDER libc'],
    i: ['LOCALE_PROVIDER icu', ...word('ICU_LOCALE', own), ...word('ICU_RULES', daticurules)],
    b: ['LOCALE_PROVIDER builtin', ...word('BUILTIN_LOCALE', own)],
  }
  return [
    ...word('LC_COLLATE', datcollate),
    ...word('LC_CTYPE', datctype),
    ...(provider[String(datlocprovider)] ?? []),
  ]
}

/** Drops what killed runs have left under a mark. @throws SealiftError DATABASE_* */
export async function dropLeft(maker: Maker, mark: string): Promise<void> {
  for (const name of await leftUnder(maker, mark)) await drop(maker, name)
}

/** Databases that killed runs have left under marks, by name. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function leftovers(
  services: SiteServices,
  own: OwnDatabase,
  marks: readonly string[],
): Promise<string[]> {
  return await asMaker(services, own, async maker => {
    const found: string[] = []
    for (const mark of marks) found.push(...(await leftUnder(maker, mark)))
    return found
  })
}

/** Drops what killed runs have left under marks. @throws SealiftError DATABASE_*, CLUSTER_* */
export async function dropLeftovers(
  services: SiteServices,
  own: OwnDatabase,
  marks: readonly string[],
): Promise<void> {
  await asMaker(services, own, async maker => {
    for (const mark of marks) await dropLeft(maker, mark)
  })
}

async function leftUnder({ session, own, owner }: Maker, mark: string): Promise<string[]> {
  const found = await session.query(
    'SELECT datname AS name FROM pg_database WHERE pg_get_userbyid(datdba) = $1',
    [owner],
  )
  return found
    .map(({ name }) => String(name))
    .filter(name => {
      const [, id] = /_([0-9a-f]{8})$/.exec(name) ?? []
      return id !== undefined && name === besideName(own.database, `${mark}${id}`)
    })
}
