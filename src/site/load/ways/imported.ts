import type { CarriedImage } from '../../../bundle/layout/index.ts'
import { count, messageOf, SealiftError } from '../../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf } from '../../../kernel/objects/index.ts'
import { parseReference } from '../../../kernel/oci/index.ts'
import { type Cluster, kinds, type RuntimeImage } from '../../../kernel/ports/index.ts'
import { runtimeNames } from '../plan.ts'
import type { LoadRequest } from './way.ts'

/** Milliseconds that K3s may take for each archive, and for each of its bytes: far more than any disk needs. */
const patience = { archive: 120_000, byte: 1 / 10_000 }
const often = 1000

/** What {@link untilImported} waits for. */
export interface Waited {
  readonly images: readonly CarriedImage[]
  /** The archive that K3s is to import, for messages, and its bytes. */
  readonly file: string
  readonly size: number
  /** What is there now. */
  readonly look: () => Promise<readonly RuntimeImage[]>
}

/**
 * Waits until K3s has imported all images of an archive: by digest, whole, and pinned, as it pins.
 * @throws SealiftError LOAD_FAILED that names what is not there in time and where K3s says why, INTERRUPTED
 */
export async function untilImported(
  { images, file, size, look }: Waited,
  { clock, signal, say }: Pick<LoadRequest, 'clock' | 'signal' | 'say'>,
): Promise<readonly RuntimeImage[]> {
  const end = clock.now() + patience.archive + size * patience.byte
  for (;;) {
    let faults: string[] = []
    try {
      const found = await look()
      faults = images.flatMap(image => faultOf(image, found) ?? [])
      if (faults.length === 0) return found
    } catch (error) {
      // It may be starting again, or at work.
      faults = [messageOf(error)]
    }
    if (signal.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while K3s imports images')
    if (clock.now() >= end) throw notImported(file, faults)
    say(`K3s imports ${count(images.length, 'image')}: ${faults[0]}`)
    await clock.sleep(often, signal).catch(() => {})
  }
}

/** Why an image is not yet as K3s makes it; nothing where it is. */
export function faultOf(image: CarriedImage, found: readonly RuntimeImage[]): string | undefined {
  const { digest } = image.descriptor
  for (const name of runtimeNames(image)) {
    const there = found.find(one => one.name === name)
    if (there === undefined) return `${name} is not there`
    if (there.digest !== digest) return `${name} is ${there.digest}, not ${digest}`
    if (!there.complete) return `${name} is not complete`
    if (name === image.name && !isKept(there)) return `${name} is not pinned`
  }
  return undefined
}

/** Whether kubelet leaves an image alone that lies in K3s's folder: K3s's own pin, too, which it renews for as long. */
export function isKept({ pinned, pinEnds }: Pick<RuntimeImage, 'pinned' | 'pinEnds'>): boolean {
  return pinned || pinEnds === true
}

function notImported(file: string, faults: readonly string[]): SealiftError {
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new SealiftError('LOAD_FAILED', `K3s has not imported ${file}: ${faults[0]}${rest}`, {
    faults,
    hints: [
      `K3s says why in its log: journalctl -u k3s | grep -F ${file}`,
      'a K3s that is not running, or is older than 1.29.13, 1.30.9, 1.31.5 or 1.32, reads its folder at its start only: systemctl restart k3s, then install again',
      'the file stays there, and the next install goes on with it; or load into containerd: --load containerd',
    ],
  })
}

/**
 * The images that nodes say they have (`status.images`), where no containerd can be asked. They say neither whether one
 * is whole nor whether it is pinned, nor name more than 50 unless kubelet is told to. @throws SealiftError CLUSTER_*
 */
export async function imagesOfNodes(cluster: Cluster): Promise<RuntimeImage[]> {
  const nodes = await cluster.list(kinds.node)
  return nodes.flatMap(node =>
    mappingsOf(fieldsOf(node['status'])['images']).flatMap(image => {
      const names = Array.isArray(image['names'])
        ? image['names'].filter(name => typeof name === 'string')
        : []
      const digest = names.map(name => parseReference(name)?.digest).find(one => one !== undefined)
      if (digest === undefined) return []
      return names.map(name => ({ name, digest, pinned: true, complete: true, unpacked: true }))
    }),
  )
}
