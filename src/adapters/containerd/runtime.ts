import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, isDigest } from '../../kernel/oci/index.ts'
import type { Runtime } from '../../kernel/ports/index.ts'
import type { Ctr } from './ctr.ts'
import { broughtLabel, pinLabels } from './labels.ts'
import { endLeftovers, type Leftovers, leftovers, marked } from './leases.ts'
import type { Machine } from './machine.ts'
import { type ListedImage, parseCheck, parseImages, parseRoot } from './table.ts'

/** The containerd of a machine. */
export function runtimeOn(machine: Machine): Runtime {
  const { ctr, freeBytes } = machine
  return {
    async images() {
      const [listed, check] = await Promise.all([
        ctr(['images', 'ls']),
        ctr(['images', 'check'], { partial: true }),
      ])
      const checked = new Map(parseCheck(check).map(image => [image.name, image]))
      return parseImages(listed).map(image => {
        const { complete = false, unpacked = false } = checked.get(image.name) ?? {}
        return { ...image, complete, unpacked }
      })
    },
    content: async () => new Set((await ctr(['content', 'ls', '--quiet'])).split('\n').filter(isDigest)),
    async import(archive, signal) {
      signal?.throwIfAborted()
      // Without --all-platforms it takes this machine's only. Unpacking has a call, and a lease, of its own.
      const work = () => ctr(['images', 'import', '--no-unpack', '-'], { input: archive, signal })
      await marked(machine, work)
    },
    async pin(name, brought) {
      await ctr(['images', 'label', name, ...pinLabels, ...(brought ? [`${broughtLabel}=${brought}`] : [])])
    },
    async unpack(name, signal) {
      signal?.throwIfAborted()
      await machine.unpack(name, signal)
    },
    async room() {
      // Told by containerd itself: K3s and other distributions keep it in places of their own.
      const path = parseRoot(await ctr(['plugins', 'ls', '--detailed', 'id==content']))
      const free = path === undefined ? undefined : await freeBytes(path)
      return path === undefined || free === undefined ? undefined : { path, free }
    },
    async remove(names) {
      if (names.length === 0) return
      const images = parseImages(await ctr(['images', 'ls']))
      await ctr(['images', 'rm', '--sync', ...names, ...configNames(images, names)])
    },
    leftovers: async () => namesOf(await leftovers(machine)),
    endLeftovers: async () => namesOf(await endLeftovers(machine)),
  }
}

/**
 * Containerd's plugin for Kubernetes gives each image a second name, `sha256:` and its config's digest, which would keep
 * all its content when the first is gone. Those that no other name needs.
 */
function configNames(images: readonly ListedImage[], names: readonly string[]): string[] {
  const own = ({ name }: ListedImage) => isDigest(name)
  const going = new Set(images.filter(({ name }) => names.includes(name)).map(({ digest }) => digest))
  const staying = new Set(
    images.filter(image => !own(image) && !names.includes(image.name)).map(({ digest }) => digest),
  )
  return images
    .filter(image => own(image) && going.has(image.digest) && !staying.has(image.digest))
    .map(({ name }) => name)
}

function namesOf({ leases, mounts }: Leftovers): string[] {
  return [...new Set([...leases.map(({ id }) => id), ...mounts])]
}

/** The digest of an image by its name. @throws SealiftError LOAD_FAILED where it is not there */
export async function imageDigest(ctr: Ctr, name: string): Promise<Digest> {
  const found = parseImages(await ctr(['images', 'ls'])).find(image => image.name === name)
  if (found !== undefined) return found.digest
  throw new SealiftError('LOAD_FAILED', `containerd has no image ${printable(name)}`)
}
