import { type Bundle, layerBytes } from '../../../bundle/layout/index.ts'
import { bytes, count, SealiftError } from '../../../kernel/errors/index.ts'
import type { RegistryFields } from '../../../kernel/inputs/index.ts'
import type { RegistryPush, SiteHost } from '../../../kernel/ports/index.ts'
import { atMost } from './at-most.ts'
import { atOnce, type Looked, lookAt, pushBlobs, refuseWithoutBase } from './push-blobs.ts'
import { mayBeTagged, pushImage } from './push-image.ts'
import { registriesNote } from './registries-yaml.ts'
import { nameThere, planRegistry, sourcesOf } from './registry-plan.ts'
import { targetOf } from './registry-target.ts'
import type { Lacking, LoadingWay, LoadRequest, WayResult } from './way.ts'

/** Pushes all images to the site's own registry, and says what K3s needs so that nodes pull from there. */
export function registryWay(
  registry: RegistryFields,
  host: Pick<SiteHost, 'registryPush' | 'cluster'>,
): LoadingWay {
  const using = async <T>(work: (push: RegistryPush) => Promise<T>): Promise<T> => {
    const push = host.registryPush(await targetOf(registry, host))
    try {
      return await work(push)
    } finally {
      await push.close()
    }
  }
  const look = (push: RegistryPush, bundle: Bundle, signal: AbortSignal) =>
    lookAt(push, planRegistry(bundle, registry.repositoryPrefix), signal)
  const never = new AbortController().signal
  return {
    name: 'registry',
    title: `Push images to ${registry.host}`,
    whole: true,
    async base(bundle) {
      refuseWithoutBase(await using(push => look(push, bundle, never)), registry.host)
      return `its layers are in ${registry.host}`
    },
    async room(bundle) {
      const { lacking } = await using(push => look(push, bundle, never))
      if (lacking.length === 0) return { detail: `all blobs are in ${registry.host}` }
      return {
        detail: `${count(lacking.length, 'blob')} of ${bytes(layerBytes(lacking))} are not in ${registry.host}`,
      }
    },
    lacks: bundle =>
      using(async push => [await lackingThere(push, registry, await look(push, bundle, never), never)]),
    load: request => using(push => pushAll(push, registry, request)),
  }
}

/** What the registry has not of a bundle, image by image: its tag, or blobs of its repository. */
async function lackingThere(
  push: RegistryPush,
  { host }: RegistryFields,
  { plan, there, lacking }: Looked,
  signal: AbortSignal,
): Promise<Lacking> {
  const short = new Set(
    plan.blobs.flatMap(({ content, repositories }) =>
      repositories.filter(repository => there.get(content.digest)?.has(repository) !== true),
    ),
  )
  const found = await atMost(
    atOnce,
    plan.images,
    async (placed, stopped) => {
      const { image, repository, tag } = placed
      const tagged = await push.digest(repository, tag, stopped)
      if (tagged === undefined || !mayBeTagged(image).includes(tagged))
        return [{ change: 'create' as const, image, detail: `is pushed, as ${nameThere(host, placed)}` }]
      if (!short.has(repository)) return []
      return [{ change: 'change' as const, image, detail: 'is there, and its missing blobs are pushed' }]
    },
    signal,
  )
  return { place: host, images: found.flat(), bytes: layerBytes(lacking) }
}

async function pushAll(
  push: RegistryPush,
  registry: RegistryFields,
  request: LoadRequest,
): Promise<WayResult> {
  const { bundle, signal } = request
  try {
    const looked = await lookAt(push, planRegistry(bundle, registry.repositoryPrefix), signal)
    refuseWithoutBase(looked, registry.host)
    const { plan, lacking } = looked
    const sent = await pushBlobs(push, looked, request)
    const loaded = new Set<string>()
    await atMost(
      atOnce,
      plan.images,
      async (placed, stopped) => {
        const { changed } = await pushImage({
          push,
          bundle,
          placed,
          registry,
          tell: request.tell,
          signal: stopped,
        })
        if (changed) loaded.add(placed.image.name)
      },
      signal,
    )
    request.tell(registriesNote(registry, sourcesOf(bundle.images), push.showedLogin()))
    const names = bundle.images.map(({ name }) => name)
    const present = names.filter(name => !loaded.has(name))
    return {
      changed: loaded.size + sent.uploaded + sent.mounted > 0,
      loaded: names.filter(name => loaded.has(name)),
      present,
      pinned: [],
      bytes: layerBytes(lacking),
      detail: `${loaded.size} pushed to ${registry.host}, ${present.length} there before; ${count(sent.uploaded, 'blob')} sent, ${sent.mounted} taken over from other repositories`,
    }
  } catch (error) {
    if (signal.aborted)
      throw new SealiftError('INTERRUPTED', 'interrupted while pushing images', { cause: error })
    throw error
  }
}
