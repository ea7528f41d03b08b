import { baseMissing, layerBytes } from '../../../bundle/layout/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { isDigest } from '../../../kernel/oci/index.ts'
import type { RegistryPush } from '../../../kernel/ports/index.ts'
import { atMost } from './at-most.ts'
import type { RegistryPlan } from './registry-plan.ts'
import type { LoadRequest } from './way.ts'

/** Blobs, or images, that are seen to at the same time. */
export const atOnce = 4

/** Where in the registry each blob is: repositories by digest; and the blobs that are nowhere there. */
export interface Looked {
  readonly plan: RegistryPlan
  readonly there: ReadonlyMap<string, ReadonlySet<string>>
  readonly lacking: readonly { readonly digest: string; readonly size: number }[]
}

/** Asks for every blob in every repository that needs it. @throws SealiftError REGISTRY_* */
export async function lookAt(push: RegistryPush, plan: RegistryPlan, signal: AbortSignal): Promise<Looked> {
  const there = new Map<string, Set<string>>()
  await atMost(
    atOnce,
    plan.blobs,
    async ({ content, repositories }, stopped) => {
      const found = new Set<string>()
      for (const repository of repositories)
        if (await push.has(repository, content, stopped)) found.add(repository)
      there.set(content.digest, found)
    },
    signal,
  )
  const lacking = plan.blobs
    .map(({ content }) => content)
    .filter(({ digest }) => there.get(digest)?.size === 0)
  return { plan, there, lacking }
}

/** @throws SealiftError BASE_MISSING where a delta leaves out what the registry at `host` has in none of these repositories */
export function refuseWithoutBase({ plan, lacking }: Looked, host: string): void {
  const missing = lacking.flatMap(({ digest }) => (isDigest(digest) ? (plan.absent.get(digest) ?? []) : []))
  if (missing.length === 0) return
  throw baseMissing(missing, `in ${host}, in a repository of these images`, [
    'carry the full bundle, or make it with `sealift merge` from the delta and the older bundle',
  ])
}

/** Sends each blob once, and has the other repositories that need it take it over. */
export async function pushBlobs(
  push: RegistryPush,
  { plan, there, lacking }: Looked,
  request: Pick<LoadRequest, 'bundle' | 'signal' | 'onProgress'>,
) {
  const { bundle, signal, onProgress } = request
  const total = layerBytes(lacking)
  const sent = { uploaded: 0, mounted: 0 }
  let done = 0
  await atMost(
    atOnce,
    plan.blobs,
    async ({ content, repositories }, stopped) => {
      const found = there.get(content.digest) ?? new Set()
      let from = [...found][0]
      for (const repository of repositories) {
        if (found.has(repository)) continue
        let told = 0
        const stream = async function* () {
          // What was sent in vain is not done.
          done -= told
          told = 0
          if (!bundle.has(content)) throw notTakenOver(content.digest, from)
          for await (const part of bundle.stream(content.digest)) {
            yield part
            if (from !== undefined) continue
            told += part.length
            done += part.length
            onProgress({ done, total })
          }
        }
        sent[await push.blob(repository, content, { bytes: stream, from }, stopped)]++
        from ??= repository
      }
    },
    signal,
  )
  return sent
}

function notTakenOver(digest: string, from: string | undefined): SealiftError {
  return new SealiftError('BASE_MISSING', `the registry does not take ${digest} over from ${from}`, {
    hints: ['carry the full bundle, or make it with `sealift merge` from the delta and the older bundle'],
  })
}
