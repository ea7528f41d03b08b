import { type Digest, isDigest } from '../../oci/index.ts'
import type { RuntimeImage } from '../../ports/index.ts'

/** One line of `ctr images check`. */
export interface CheckedImage {
  readonly name: string
  /** All content that this platform needs is there. */
  readonly complete: boolean
  /** A snapshot of all its layers is there. */
  readonly unpacked: boolean
}

/**
 * Reads `ctr images ls`: REF TYPE DIGEST SIZE PLATFORMS LABELS, parted by blanks. SIZE has a blank in it and LABELS
 * may have, so only the words before and the pins are looked for. The same in containerd 1.6 and 2.x.
 */
export function parseImages(table: string): RuntimeImage[] {
  return table.split('\n').flatMap(line => {
    const [, name, digest, rest = ''] = /^(\S+)\s+\S+\s+(sha256:[0-9a-f]{64})\s(.*)$/.exec(line) ?? []
    if (name === undefined || !isDigest(digest)) return []
    const pinned = /[\s,]io\.cri-containerd\.pinned=pinned(?:,|\s|$)/.test(rest)
    const byK3s = /[\s,]io\.cattle\.k3s\.pinned=pinned(?:,|\s|$)/.test(rest)
    const image = { name, digest: digest as Digest, pinned: pinned && !byK3s }
    return pinned && byK3s ? { ...image, pinEnds: true } : image
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
