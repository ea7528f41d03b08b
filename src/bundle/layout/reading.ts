import { count, bytes as inUnits, messageOf, printable } from '../../kernel/errors/index.ts'
import { type Descriptor, type Digest, digestOf } from '../../kernel/oci/index.ts'
import type { BundleSource, Content } from '../../kernel/ports/index.ts'
import { damaged, malformed, type ReportFault } from './fault.ts'
import { limits } from './layout.ts'
import type { BundleEntry } from './walk.ts'

/**
 * What a blob is for: `head` for manifests, indexes and configs, which stand first in the archive; `layer` for an
 * image's layer, the only kind that a delta may leave out; `body` for all else.
 */
export type Role = 'head' | 'layer' | 'body'

/** A blob that something refers to. */
export interface ClaimedBlob {
  readonly size: number
  /** Who was the first to refer to it. */
  readonly owner: string
  /** Something needs it as its head. */
  readonly small: boolean
  /** Nothing but images needs it, as a layer. */
  readonly layer: boolean
}

/** A bundle while its structure is read: what was found so far, and what it was found for. */
export interface Reading {
  readonly report: ReportFault
  readonly blobs: ReadonlyMap<Digest, BundleEntry>
  /** Every blob that something refers to. */
  readonly claimed: ReadonlyMap<Digest, ClaimedBlob>
  /**
   * Notes that `owner` refers to a blob; reports one that has another size, or is absent and no layer: whether
   * layers may be absent is known only at the end. Gives whether it is there.
   */
  claim(content: Content, owner: string, role: Role): boolean
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
  const claimed = new Map<Digest, ClaimedBlob>()
  // Bytes are kept, so that a blob that many refer to is read once; the bound on `documents` is theirs as well.
  const kept = new Map<Digest, Uint8Array>()
  let documents = 0
  let whole = true
  const claim = (content: Content, owner: string, role: Role): boolean => {
    const { digest, size } = content
    const known = claimed.get(digest)
    const layer = role === 'layer' && (known?.layer ?? true)
    const first = known ?? { size, owner: printable(owner) }
    claimed.set(digest, { ...first, small: role === 'head' || (known?.small ?? false), layer })
    if (known !== undefined && known.size !== size)
      report(
        malformed(owner, `says that blob ${digest} has ${count(size, 'byte')}, another says ${known.size}`),
      )
    const entry = blobs.get(digest)
    if (entry === undefined && !layer && (known?.layer ?? true)) report(missingBlob(content, owner))
    if (entry !== undefined && entry.size !== size && known?.size !== size) {
      report(
        malformed(
          owner,
          `says that blob ${digest} has ${count(size, 'byte')}, the archive says ${entry.size}`,
        ),
      )
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
  const read = async (content: Content, owner: string, limit: number, role: Role) => {
    const { digest, size } = content
    const there = claim(content, owner, role)
    const entry = blobs.get(digest)
    if (!there || entry === undefined) return undefined
    if (size > limit) {
      report(
        malformed(
          owner,
          `blob ${digest} has ${inUnits(size)}, more than the ${inUnits(limit)} that it may have`,
        ),
      )
      return undefined
    }
    // The small addition stands for the work that even an empty document makes.
    documents += size + 4096
    if (documents > limits.documents) {
      report(
        malformed('the bundle', `leads to more than ${inUnits(limits.documents)} of manifests and configs`),
      )
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
    small: (content, owner, limit) => read(content, owner, limit, 'body'),
    async document(content, owner, limit) {
      const bytes = await read(content, owner, limit, 'head')
      if (bytes === undefined) whole = false
      return bytes
    },
  }
}

/** The fault of a blob that is not there. */
export function missingBlob({ digest, size }: Content, owner: string) {
  return damaged(owner, `its blob ${digest} (${inUnits(size)}) is missing`)
}

/** The fault of a blob whose bytes are not those that its digest names. */
export function changedBlob(digest: Descriptor['digest'], owner: string) {
  return damaged(owner, `blob ${digest} has been changed: its bytes do not match its digest`)
}
