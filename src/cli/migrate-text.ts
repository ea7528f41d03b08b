import { bytes, count } from '../kernel/errors/index.ts'
import { table } from './table.ts'

interface Doubt {
  readonly file: string
  readonly at: string
  readonly kind: 'refused' | 'changed' | 'lost' | 'told'
  readonly text: string
}
interface Planned {
  readonly name: string
  readonly file: string
  readonly at: string
  readonly bytes: number
  readonly change: 'create' | 'change' | 'equal' | 'left' | 'again'
}

interface Switch {
  readonly externalSecret: string
  readonly from: string
  readonly to: string
  readonly state: 'planned' | 'already' | 'cannot' | 'switched' | 'kept'
  readonly keys?: number | undefined
  readonly why?: string | undefined
}

const headings = {
  refused: 'cannot be written at all',
  changed: 'would be read otherwise than it is',
  lost: 'was changed when it was encrypted, and cannot be undone here',
  told: 'is worth knowing',
} as const
const signs = { create: '+', change: '~', left: '!' } as const

/** A migration, planned or done: names, places and sizes, and never a value. */
export function migratedText(migrated: {
  readonly project: string
  readonly environment: string
  readonly path: string
  readonly newFolder: boolean
  readonly secrets: readonly Planned[]
  readonly doubts: readonly Doubt[]
  readonly left: readonly { readonly file: string; readonly reason: string }[]
  readonly written?: number | undefined
  readonly parity?:
    | { readonly by: string; readonly equal: number; readonly changed: readonly string[] }
    | undefined
  readonly switches: readonly Switch[]
}): string {
  const { project, environment, path, newFolder, secrets, doubts, left, written, parity, switches } = migrated
  const to = `${project} ${environment} ${path}${newFolder ? ', a new folder' : ''}`
  const of = (change: Planned['change']) => secrets.filter(secret => secret.change === change).length
  const sums = [
    [of('equal'), 'there already'],
    [of('again'), 'in another place too'],
  ] as const
  return [
    secretsTable(secrets, to),
    ...sums.flatMap(([some, what]) =>
      some === 0 ? [] : [`${count(some, 'secret is', 'secrets are')} ${what}`],
    ),
    ...doubtsText(doubts),
    ...(left.length === 0
      ? []
      : [
          `left alone:\n${table(
            ['file', 'why'],
            left.map(({ file, reason }) => [file, reason]),
          )}`,
        ]),
    ...(written === undefined ? [] : [`${count(written, 'secret')} written to ${to}`]),
    ...(parity === undefined ? [] : [parityText(parity)]),
    ...(switches.length === 0 ? [] : [switchesTable(switches)]),
  ].join('\n\n')
}

function secretsTable(secrets: readonly Planned[], to: string): string {
  const rows = secrets.flatMap(({ name, file, at, bytes: size, change }) =>
    change === 'equal' || change === 'again' ? [] : [[signs[change], name, bytes(size), file, at]],
  )
  if (rows.length === 0) return `nothing is missing in ${to}`
  return `to ${to}:\n${table(['', 'name', 'size', 'file', 'at'], rows, [2])}`
}

function doubtsText(doubts: readonly Doubt[]): string[] {
  return Object.entries(headings).flatMap(([kind, heading]) => {
    const some = doubts.filter(doubt => doubt.kind === kind)
    const rows = some.map(({ file, at, text }) => [file, at, text])
    return rows.length === 0 ? [] : [`${heading}:\n${table(['file', 'at', 'what'], rows)}`]
  })
}

const states = {
  planned: 'to switch',
  already: 'reads from there already',
  cannot: 'cannot be switched',
  switched: 'switched; its Secret is what it was',
  kept: 'has its old store',
} as const

function switchesTable(switches: readonly Switch[]): string {
  const rows = switches.map(({ externalSecret, from, to, state, why }) => {
    const way = from === '' || state === 'already' ? to : `${from} → ${to}`
    return [externalSecret, way, `${states[state]}${why === undefined ? '' : `: ${why}`}`]
  })
  return table(['ExternalSecret', 'store', 'what'], rows)
}

function parityText({
  by,
  equal,
  changed,
}: {
  readonly by: string
  readonly equal: number
  readonly changed: readonly string[]
}): string {
  const accepted = changed.length === 0 ? '' : `; changed as accepted: ${changed.join(', ')}`
  return `read back as External Secrets Operator does, by ${by}: ${count(equal, 'secret is', 'secrets are')} as in the files${accepted}`
}
