import { Errors, Flags } from '@oclif/core'
import { count, printable } from '../kernel/errors/index.ts'
import { type Digest, isDigest } from '../kernel/oci/index.ts'

/** A digest, `sha256:` and 64 hex digits. */
export const digestFlag = Flags.custom<Digest>({
  helpValue: 'DIGEST',
  async parse(text) {
    if (isDigest(text)) return text
    throw new Errors.CLIError(`${text} is no digest: write sha256: and 64 hex digits`, { exit: 2 })
  },
})

/** `-o`, where it was given. */
export function givenOutput({ output }: { readonly output?: string | undefined }): { output?: string } {
  return output === undefined ? {} : { output }
}

/** `-o`, which Infisical's log wants. @throws CLIError */
export function requiredOutput({ output }: { readonly output?: string | undefined }): string {
  if (output !== undefined) return output
  throw new Errors.CLIError('Missing: -o or --output (the file to write)', { exit: 2 })
}

/** What was exported of Sealift's own log. */
export function runsText(exported: {
  readonly file?: string
  readonly lines: number
  readonly sha256: string
  readonly head?: string
}): string {
  const { file, lines, sha256, head } = exported
  return [
    `${file}: ${count(lines, 'line')}, Sealift's own audit log`,
    `  sha256      ${sha256}`,
    `  head        ${head}`,
  ].join('\n')
}

/** What Sealift's own log is. */
export function verifiedText(verified: {
  readonly from: string
  readonly sites: readonly string[]
  readonly entries: number
  readonly runs: number
  readonly unended: readonly string[]
  readonly head?: string
  readonly broken?: object
  readonly since?: number
}): string {
  const { from, sites, entries, runs, unended, head, broken, since } = verified
  return [
    `${from}: ${count(entries, 'entry', 'entries')}, ${count(runs, 'run')}${broken ? '' : ', whole'}`,
    ...sites.map(site => `  site        ${printable(site)}`),
    ...(head === undefined ? [] : [`  head        ${head}`]),
    ...(since === undefined
      ? []
      : [`  expected    is there, ${count(since, 'entry', 'entries')} before the last`]),
    ...unended.map(run => `  no end      ${run}`),
  ].join('\n')
}

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
