import { bytes as inUnits } from '../../kernel/errors/index.ts'
import {
  type Digest,
  isDigest,
  isSbomMedia,
  isSbomPredicate,
  isStatementMedia,
  parseJson,
} from '../../kernel/oci/index.ts'
import { type Summary, summaryOf, tagValueSummary } from './summary.ts'

/** What one SBOM may weigh, in bytes. */
export const sbomBytes = 64 * 1024 * 1024

/** An SBOM, out of whatever it came in. */
export interface SbomDocument extends Summary {
  /** How its file's name ends: `spdx.json`. */
  readonly extension: string
  /** The document itself: as it was carried, or as its statement holds it. */
  readonly bytes: Uint8Array
  /** What its statement is about; absent for a document that stands by itself. */
  readonly about?: readonly Digest[]
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads an SBOM of at most 64 MiB. Gives `undefined` for a statement about something else, and for what is no SBOM.
 * Formats: SPDX 2 (JSON, tag-value), CycloneDX (JSON; XML is not looked into), in-toto statements of them, plain as
 * buildkit writes them, in a DSSE envelope as cosign does, or in a Sigstore bundle.
 * @throws Error with a plain message when it cannot be read
 */
export function readSbom(bytes: Uint8Array, mediaType: string): SbomDocument | undefined {
  if (isStatementMedia(mediaType)) return fromStatement(statementIn(json(bytes)))
  if (!isSbomMedia(mediaType)) return undefined
  if (bytes.length > sbomBytes) throw new Error(`larger than ${inUnits(sbomBytes)}`)
  return fromText(bytes)
}

function json(bytes: Uint8Array): Fields {
  const value = parseJson(bytes, sbomBytes)
  if (typeof value === 'object' && value !== null) return value as Fields
  throw new Error('not a JSON object')
}

/** Out of a Sigstore bundle, out of a DSSE envelope. */
function statementIn(value: Fields): Fields {
  const { payload, payloadType } = (value['dsseEnvelope'] ?? value) as Fields
  if (payloadType === undefined) return value
  if (typeof payload !== 'string') throw new Error('an envelope without a payload')
  return json(Buffer.from(payload, 'base64'))
}

function fromStatement({ predicateType, predicate, subject }: Fields): SbomDocument | undefined {
  if (typeof predicateType !== 'string' || !isSbomPredicate(predicateType)) return undefined
  const subjects: readonly unknown[] = Array.isArray(subject) ? subject : []
  const about = subjects.flatMap(one => {
    const hash = (one as { digest?: { sha256?: unknown } } | null)?.digest?.sha256
    const digest = typeof hash === 'string' ? `sha256:${hash}` : ''
    return isDigest(digest) ? digest : []
  })
  // cosign put documents that are no JSON, and once all, into a field of their own.
  const inside = (predicate as { Data?: unknown } | null | undefined)?.Data ?? predicate
  const text = typeof inside === 'string' ? inside : `${JSON.stringify(inside)}\n`
  return { ...fromText(Buffer.from(text)), about }
}

function fromText(bytes: Uint8Array): SbomDocument {
  const start = Buffer.from(bytes.subarray(0, 512)).toString().trimStart()
  if (start.startsWith('<')) return { format: 'CycloneDX XML', extension: 'cdx.xml', licences: [], bytes }
  if (!start.startsWith('{')) return { ...tagValueSummary(bytes), extension: 'spdx', bytes }
  const summary = summaryOf(json(bytes))
  return { ...summary, extension: summary.format.startsWith('SPDX') ? 'spdx.json' : 'cdx.json', bytes }
}
