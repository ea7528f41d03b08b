import { table } from './table.ts'

interface Case {
  readonly name: string
  readonly admitted: boolean
  readonly rule: string
  readonly assumed: readonly string[]
}

/** Who would get in with a login, a line a case, and what was taken for given in claims. */
export function triedText(tried: {
  readonly identity: string
  readonly rules: 'file' | 'server'
  readonly cases: readonly Case[]
}): string {
  const { identity, rules, cases } = tried
  const whose = rules === 'file' ? 'as the file says' : 'as the server has it now'
  const rows = cases.map(({ name, admitted, rule }) => [admitted ? 'yes' : 'no', name, rule])
  const taken = cases.flatMap(({ name, assumed }) =>
    assumed.length === 0 ? [] : [`${name} says nothing of what is taken for: ${assumed.join(', ')}`],
  )
  return [`who gets in as ${identity}, ${whose}:`, table(['', 'who', 'because'], rows), ...taken].join('\n')
}
