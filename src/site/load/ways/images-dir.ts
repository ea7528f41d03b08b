import type { Bundle } from '../../../bundle/layout/index.ts'
import { bytes, count, SealiftError } from '../../../kernel/errors/index.ts'
import { type LoadPlan, planLoad, runtimeNames } from '../plan.ts'
import { type Archive, archiveFor, required } from './folder-archive.ts'
import { type ImagesDir, lackingInFolder, notKept, seen } from './folder-lacking.ts'
import { untilImported } from './imported.ts'
import { filesOf, freshName } from './placed.ts'
import { settleFolder } from './settle-folder.ts'
import type { LoadingWay, LoadRequest, RoomFound, WayResult } from './way.ts'

/**
 * Puts the bundle's own file into K3s's folder of images, or an archive of its images where it lies in volumes or is a
 * delta; waits until K3s has imported and pinned them, and unpacks them. K3s renews the pins for as long as it lies there.
 */
export function imagesDirWay(dir: ImagesDir): LoadingWay {
  return {
    name: 'images-dir',
    title: "Give images to K3s's folder",
    whole: true,
    async base(bundle) {
      await dir.imagesFolder.require()
      return (await required(dir, bundle)).words
    },
    room: bundle => roomInFolder(dir, bundle),
    lacks: async bundle => [await lackingInFolder(dir, bundle)],
    load: request => loadIntoFolder(dir, request),
    settle: bundle => settleFolder(dir, bundle),
  }
}

async function roomInFolder(dir: ImagesDir, bundle: Bundle): Promise<RoomFound> {
  const { imagesFolder: folder, platform } = dir
  await folder.require()
  if (filesOf(bundle, await folder.names()).length > 0) return { detail: `the bundle lies in ${folder.path}` }
  // Also refuses a bundle for other platforms.
  planLoad(bundle, await seen(dir), platform)
  const archive = await archiveFor(dir, bundle)
  const linked = archive.whole && (await folder.canLink(dir.source))
  const free = await folder.free()
  const need = linked ? 0 : archive.size
  if (free !== undefined && need > free)
    throw new SealiftError(
      'DISK_FULL',
      `no room for the images in ${folder.path}: ${bytes(need)} are needed, ${bytes(free)} are free`,
      {
        hints: ['free some space there, or put the bundle on the same volume: then it is linked, not copied'],
      },
    )
  const room = free === undefined ? '' : `, ${bytes(free)} are free`
  const detail = linked
    ? `the bundle is linked, not copied${room}`
    : `${bytes(need)} in ${folder.path}${room}`
  // K3s copies all into containerd, and it is unpacked there, mostly on the same volume.
  const about = need + archive.size * 4
  const tight = free !== undefined && about > free
  return { detail, ...(tight ? { doubt: `the images may not fit on this node, unpacked: ${detail}` } : {}) }
}

async function loadIntoFolder(dir: ImagesDir, request: LoadRequest): Promise<WayResult> {
  const { imagesFolder: folder, runtime, platform } = dir
  const { bundle, signal } = request
  await folder.require()
  await folder.tidy()
  const plan = planLoad(bundle, await seen(dir), platform)
  const there = filesOf(bundle, await folder.names())
  const lacking = plan.missing.length > 0 || notKept(plan).length > 0
  let name = there.at(-1)
  if (name === undefined) name = await place(dir, request, plan)
  else if (lacking) {
    // What lies there K3s has taken for imported: under another name it takes it up again.
    const fresh = await freshName(bundle, folder)
    await announce(plan, request)
    await folder.rename(name, fresh)
    name = fresh
  }
  const archive = await archiveFor(dir, bundle)
  const found = await untilImported(
    { images: bundle.images, file: `${folder.path}/${name}`, size: archive.size, look: () => seen(dir) },
    request,
  )
  const packed = bundle.images.filter(image => !found.find(one => one.name === image.name)?.unpacked)
  for (const image of packed) {
    request.say(`unpacks ${image.name}`)
    await runtime?.unpack(image.name, signal).catch(error => {
      if (signal.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while unpacking images')
      throw error
    })
  }
  const changed = there.length === 0 || lacking || packed.length > 0
  return {
    changed,
    loaded: plan.missing.map(image => image.name),
    present: plan.present.map(image => image.name),
    pinned: notKept(plan),
    bytes: there.length === 0 ? archive.size : 0,
    detail: `${plan.missing.length} imported by K3s, ${plan.present.length} there before; ${name} lies in its folder, which renews the pins`,
  }
}

async function announce({ missing, brought }: LoadPlan, request: LoadRequest): Promise<void> {
  await request.announce(missing.filter(image => runtimeNames(image).every(name => brought.has(name))))
}

/** Puts the bundle there, and gives the name that it has. */
async function place(dir: ImagesDir, request: LoadRequest, plan: LoadPlan): Promise<string> {
  const { imagesFolder: folder, source } = dir
  const { bundle } = request
  const { lacking } = await required(dir, bundle)
  const archive = await archiveFor(dir, bundle)
  const name = await freshName(bundle, folder)
  await announce(plan, request)
  if (archive.whole && (await folder.link(source, name))) return name
  await folder.write(name, counted(archive, request))
  if (lacking > 0)
    request.tell(
      `${name} has ${count(lacking, 'layer')} fewer than its images: they are in containerd alone, and do not come back from there after a prune. The full bundle has them.`,
    )
  return name
}

/** An archive's bytes, told as they pass. */
async function* counted({ stream, size }: Archive, { onProgress, signal }: LoadRequest) {
  let done = 0
  for await (const part of stream()) {
    if (signal.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while loading images')
    yield part
    done += part.length
    onProgress({ done, total: size })
  }
}
