import { table } from './table.ts'

/** Who would get in with a login, a line a case. */
export function triedText(tried: {
  readonly identity: string
  readonly rules: 'file' | 'server'
  readonly cases: readonly { readonly name: string; readonly admitted: boolean; readonly rule: string }[]
}): string {
  const { identity, rules, cases } = tried
  const whose = rules === 'file' ? 'as the file says' : 'as the server has it now'
  const rows = cases.map(({ name, admitted, rule }) => [admitted ? 'yes' : 'no', name, rule])
  return `who gets in as ${identity}, ${whose}:\n${table(['', 'who', 'because'], rows)}`
}
