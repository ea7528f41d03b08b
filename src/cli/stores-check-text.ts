import { count } from '../kernel/errors/index.ts'
import { table } from './table.ts'

interface Finding {
  readonly object: string
  readonly says: string
  readonly is: string
  readonly remedy: string
}

/** What has not arrived, a line a thing. */
export function storesCheckText(checked: {
  readonly stores: readonly string[]
  readonly objects: number
  readonly findings: readonly Finding[]
  readonly waiting: readonly Finding[]
}): string {
  const { stores, objects, findings, waiting } = checked
  const rows = (of: readonly Finding[]) =>
    table(
      ['object', 'it says', 'what is so', 'what to do'],
      of.map(({ object, says, is, remedy }) => [object, says, is, remedy]),
    )
  return [
    `${count(objects, 'object')} through ${count(stores.length, 'store')}${findings.length === 0 ? ': all as they are called' : ''}`,
    ...(findings.length === 0 ? [] : [rows(findings)]),
    ...(waiting.length === 0 ? [] : [`on its way:\n${rows(waiting)}`]),
  ].join('\n\n')
}
