import { mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SealiftError } from '../../errors/index.ts'
import { isDigest } from '../../oci/index.ts'
import type { Runtime, RuntimeImage } from '../../ports/index.ts'
import { freeBytes } from '../files/index.ts'
import { type Ctr, createCtr } from './ctr.ts'
import type { RuntimeLocation } from './detect.ts'
import { parseCheck, parseImages, parseRoot } from './table.ts'

// The first is what kubelet obeys. K3s marks with the second what it pins itself, and takes both off at its next start
// (its pkg/agent/containerd): an empty value takes it off.
const pinLabels = ['io.cri-containerd.pinned=pinned', 'io.cattle.k3s.pinned=']

/** The containerd of this node. `signal` ends whatever runs. */
export function createRuntime(
  options: RuntimeLocation & { readonly signal?: AbortSignal | undefined },
): Runtime {
  const ctr = createCtr(options, options.signal)
  const check = async () => {
    const checked = parseCheck(await ctr(['images', 'check'], { partial: true }))
    return new Map(checked.map(image => [image.name, image]))
  }
  return {
    images: async () => parseImages(await ctr(['images', 'ls'])),
    content: async () => new Set((await ctr(['content', 'ls', '--quiet'])).split('\n').filter(isDigest)),
    async import(archive, signal) {
      // Without --all-platforms it takes this machine's only, and unpacks it.
      await ctr(['images', 'import', '-'], { input: archive, signal })
    },
    async pin(name) {
      await ctr(['images', 'label', name, ...pinLabels])
    },
    async incomplete(names) {
      const checked = await check()
      return names.filter(name => !checked.get(name)?.complete)
    },
    async unpack(name) {
      const image = (await check()).get(name)
      if (!image) throw new SealiftError('LOAD_FAILED', `containerd has no image ${name}`)
      if (!image.unpacked) await mountOnce(ctr, name)
    },
    async room() {
      // Told by containerd itself: K3s and other distributions keep it in places of their own.
      const path = parseRoot(await ctr(['plugins', 'ls', '--detailed', 'id==content']))
      const free = path === undefined ? undefined : await freeBytes(`${path}/.`)
      return path === undefined || free === undefined ? undefined : { path, free }
    },
    async remove(names) {
      if (names.length === 0) return
      const images = parseImages(await ctr(['images', 'ls']))
      await ctr(['images', 'rm', '--sync', ...names, ...configNames(images, names)])
    },
  }
}

/**
 * Containerd's plugin for Kubernetes gives each image a second name, `sha256:` and its config's digest, which would keep
 * all its content when the first is gone. Those that no other name needs.
 */
function configNames(images: readonly RuntimeImage[], names: readonly string[]): string[] {
  const own = ({ name }: RuntimeImage) => isDigest(name)
  const going = new Set(images.filter(({ name }) => names.includes(name)).map(({ digest }) => digest))
  const staying = new Set(
    images.filter(image => !own(image) && !names.includes(image.name)).map(({ digest }) => digest),
  )
  return images
    .filter(image => own(image) && going.has(image.digest) && !staying.has(image.digest))
    .map(({ name }) => name)
}

/** `ctr` has no command to unpack: mounting an image does it first, and the layers stay when the mount goes. */
async function mountOnce(ctr: Ctr, name: string): Promise<void> {
  const target = await mkdtemp(join(tmpdir(), 'sealift-unpack-'))
  try {
    await ctr(['images', 'mount', name, target])
    await ctr(['images', 'unmount', '--rm', target])
  } finally {
    await rmdir(target)
  }
}
