import { messageOf, printable } from '../errors/index.ts'
import { type Descriptor, type Digest, digestOf } from '../oci/index.ts'
import type { BundleSource, Content } from '../ports/index.ts'
import { damaged, malformed, type ReportFault } from './fault.ts'
import { limits } from './layout.ts'
import type { BundleEntry } from './walk.ts'

/** A bundle while its structure is read: what was found so far, and what it was found for. */
export interface Reading {
  readonly report: ReportFault
  readonly blobs: ReadonlyMap<Digest, BundleEntry>
  /** Every blob that something refers to: its size, and who was the first to. */
  readonly claimed: ReadonlyMap<Digest, { readonly size: number; readonly owner: string }>
  /** Notes that `owner` refers to a blob; reports one that is absent or has another size. Gives whether it is there. */
  claim(content: Content, owner: string): boolean
  /** Claims a small blob and gives its bytes, digest checked; reports and gives `undefined` when that fails. */
  small(content: Content, owner: string, limit: number): Promise<Uint8Array | undefined>
  /** {@link Reading.small} for what refers to other blobs: without it the bundle cannot be read whole. */
  document(content: Content, owner: string, limit: number): Promise<Uint8Array | undefined>
  /** Runs a parser; what it throws becomes a fault of `owner`. */
  parsed<T>(owner: string, parse: () => T): T | undefined
  /** Whether everything that may refer to blobs could be read. */
  readonly whole: boolean
  /** Whether as many documents were read as may be: no further one will be. */
  readonly spent: boolean
}

/** Starts reading the structure of a bundle whose entries are known. */
export function reading(
  source: BundleSource,
  blobs: ReadonlyMap<Digest, BundleEntry>,
  report: ReportFault,
): Reading {
  const claimed = new Map<Digest, { size: number; owner: string }>()
  // Bytes are kept, so that a blob that many refer to is read once; the bound on `documents` is theirs as well.
  const kept = new Map<Digest, Uint8Array>()
  let documents = 0
  let whole = true
  const claim = ({ digest, size }: Content, owner: string): boolean => {
    const known = claimed.get(digest)
    if (known === undefined) claimed.set(digest, { size, owner: printable(owner) })
    else if (known.size !== size)
      report(malformed(owner, `says that blob ${digest} has ${size} bytes, another says ${known.size}`))
    const entry = blobs.get(digest)
    if (entry === undefined && known === undefined)
      report(damaged(owner, `its blob ${digest} (${size} bytes) is missing`))
    if (entry !== undefined && entry.size !== size && known?.size !== size) {
      report(malformed(owner, `says that blob ${digest} has ${size} bytes, the archive says ${entry.size}`))
    }
    return entry?.complete === true && entry.size === size
  }
  const parsed = <T>(owner: string, parse: () => T): T | undefined => {
    try {
      return parse()
    } catch (error) {
      whole = false
      report(malformed(owner, messageOf(error)))
      return undefined
    }
  }
  const small = async (content: Content, owner: string, limit: number): Promise<Uint8Array | undefined> => {
    const { digest, size } = content
    const there = claim(content, owner)
    const entry = blobs.get(digest)
    if (!there || entry === undefined) return undefined
    if (size > limit) {
      report(malformed(owner, `blob ${digest} has ${size} bytes, more than the ${limit} that it may have`))
      return undefined
    }
    // The small addition stands for the work that even an empty document makes.
    documents += size + 4096
    if (documents > limits.documents) {
      report(malformed('the bundle', `leads to more than ${limits.documents} bytes of manifests and configs`))
      return undefined
    }
    const bytes = kept.get(digest) ?? (await source.read(entry.offset, entry.size))
    kept.set(digest, bytes)
    if (digestOf(bytes) === digest) return bytes
    report(changedBlob(digest, owner))
    return undefined
  }
  return {
    report,
    blobs,
    claimed,
    claim,
    parsed,
    get whole() {
      return whole
    },
    get spent() {
      return documents > limits.documents
    },
    small,
    async document(content, owner, limit) {
      const bytes = await small(content, owner, limit)
      if (bytes === undefined) whole = false
      return bytes
    },
  }
}

/** The fault of a blob whose bytes are not those that its digest names. */
export function changedBlob(digest: Descriptor['digest'], owner: string) {
  return damaged(owner, `blob ${digest} has been changed: its bytes do not match its digest`)
}
