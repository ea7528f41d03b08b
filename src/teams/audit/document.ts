import { createHash } from 'node:crypto'
import { SealiftError } from '../../kernel/errors/index.ts'
import { isMapping, jsonIn } from '../../kernel/objects/index.ts'

/** Version of the lines. */
export const auditFormat = 'sealift.dev/audit/v1'

/** An export that another one goes on from. */
export interface Previous {
  /** In milliseconds since 1970. */
  readonly until: number
  /** Of the whole file, in hex. */
  readonly sha256: string
  readonly site: string
}

/** The text of an export: its header, then a line each; and the sha256 of all of it, in hex. */
export function documentOf(header: object, lines: readonly object[]): { text: string; sha256: string } {
  const all = [{ kind: 'header', format: auditFormat, ...header }, ...lines]
  const text = all.map(line => `${JSON.stringify(line)}\n`).join('')
  return { text, sha256: hashOf(text) }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** Reads where an export ends. @throws SealiftError FILE_FAILED for what is none */
export function previousOf(text: string, file: string): Previous {
  const [first = ''] = text.split('\n', 1)
  const header = jsonIn(first)
  const { format, until, site } = isMapping(header) ? header : {}
  const at = typeof until === 'string' ? Date.parse(until) : Number.NaN
  if (format === auditFormat && typeof site === 'string' && !Number.isNaN(at))
    return { until: at, sha256: hashOf(text), site }
  throw new SealiftError('FILE_FAILED', `${file} is no export of sealift audit export`, {
    hints: ['name the file that the last export has written, as it was written'],
  })
}
