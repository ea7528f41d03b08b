import { type Digest, isDigest } from '../../kernel/oci/index.ts'
import type { RuntimeImage } from '../../kernel/ports/index.ts'
import { broughtLabel } from './labels.ts'

/** One line of `ctr images ls`. */
export type ListedImage = Omit<RuntimeImage, 'complete' | 'unpacked'>

/** One line of `ctr images check`. */
export interface CheckedImage {
  readonly name: string
  /** All content that this platform needs is there. */
  readonly complete: boolean
  /** A snapshot of all its layers is there. */
  readonly unpacked: boolean
}

/** One line of `ctr leases ls`. */
export interface Lease {
  readonly id: string
  /** When it was made, in milliseconds since 1970; whole seconds. */
  readonly created: number
  /** Whether it ends by itself (`containerd.io/gc.expire`). */
  readonly expires: boolean
}

const noted = new RegExp(`[\\s,]${broughtLabel.replace('.', '\\.')}=(sha256:[0-9a-f]{64})(?:,|\\s|$)`)

/**
 * Reads `ctr images ls`: REF TYPE DIGEST SIZE PLATFORMS LABELS, parted by blanks. SIZE has a blank in it and LABELS
 * may have, so only the words before, the pins and the note are looked for. The same in containerd 1.6 and 2.x.
 */
export function parseImages(table: string): ListedImage[] {
  return table.split('\n').flatMap(line => {
    const [, name, digest, rest = ''] = /^(\S+)\s+\S+\s+(sha256:[0-9a-f]{64})\s(.*)$/.exec(line) ?? []
    if (name === undefined || !isDigest(digest)) return []
    const pinned = /[\s,]io\.cri-containerd\.pinned=pinned(?:,|\s|$)/.test(rest)
    const byK3s = /[\s,]io\.cattle\.k3s\.pinned=pinned(?:,|\s|$)/.test(rest)
    const [, brought] = noted.exec(rest) ?? []
    return {
      name,
      digest: digest as Digest,
      pinned: pinned && !byK3s,
      ...(pinned && byK3s ? { pinEnds: true as const } : {}),
      ...(brought === digest ? { brought: true as const } : {}),
    }
  })
}

/** Reads `ctr leases ls`: ID, CREATED AT as RFC 3339, LABELS. The same in containerd 1.6 and 2.x. */
export function parseLeases(table: string): Lease[] {
  return table.split('\n').flatMap(line => {
    const [, id, created, labels = ''] = /^(\S+)\s+(\d{4}-\d\d-\d\dT\S+)\s(.*)$/.exec(line) ?? []
    if (id === undefined || created === undefined) return []
    return {
      id,
      created: Date.parse(created),
      expires: /(?:^|[\s,])containerd\.io\/gc\.expire=/.test(labels),
    }
  })
}

/** Reads `ctr images check`: REF TYPE DIGEST STATUS SIZE UNPACKED, where STATUS is `complete (2/2)` when it is. */
export function parseCheck(table: string): CheckedImage[] {
  return table.split('\n').flatMap(line => {
    const [, name, rest = ''] = /^(\S+)\s+\S+\s+sha256:[0-9a-f]{64}\s+(.*)$/.exec(line) ?? []
    if (name === undefined) return []
    return { name, complete: /^complete\b/.test(rest), unpacked: /\strue\s*$/.test(rest) }
  })
}

/** Reads `ctr plugins ls --detailed`: the folder of the one plugin that was asked for, from its exports. */
export function parseRoot(text: string): string | undefined {
  return /^\s*(?:Exports:\s+)?root\s+(\/\S*)\s*$/m.exec(text)?.[1]
}
