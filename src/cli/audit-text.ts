import { count } from '../kernel/errors/index.ts'

/** What was exported, and what is known to be missing. */
export function exportedText(exported: {
  readonly file: string
  readonly sha256: string
  readonly source: 'audit-log' | 'request-log'
  readonly from: string
  readonly until: string
  readonly lines: number
  readonly missing: readonly string[]
}): string {
  const { file, sha256, source, from, until, lines, missing } = exported
  const what =
    source === 'audit-log'
      ? "Infisical's own audit log"
      : "requests out of the pods' logs: this server keeps no audit log, which wants a licence"
  return [
    `${file}: ${count(lines, 'line')}, ${what}`,
    `  from        ${from}`,
    `  until       ${until}`,
    `  sha256      ${sha256}`,
    ...missing.map(each => `  missing     ${each}`),
  ].join('\n')
}
