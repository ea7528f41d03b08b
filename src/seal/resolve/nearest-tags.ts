import type { Reference } from '../../kernel/oci/index.ts'
import type { Registry } from '../../kernel/ports/index.ts'
import { nearestVersions } from './helm-repository.ts'

/** How to ask. */
interface Asking {
  readonly registry: Registry
  readonly signal?: AbortSignal | undefined
  /** The version that a tag stands for, where that is not its very text. */
  versionOf?(tag: string): string
}

/**
 * A hint with the versions nearest to one whose tag is not there; `undefined` where the wanted one is no version, or the
 * registry lists none. Never fails in place of what it explains. @throws the signal's reason when aborted
 */
export async function nearestTags(
  reference: Reference,
  version: string,
  { registry, signal, versionOf = tag => tag }: Asking,
): Promise<string | undefined> {
  if (!/^v?\d/.test(version)) return undefined
  const { registry: host, repository } = reference
  const tags = await registry.tags({ registry: host, repository }, signal)
  const near = nearestVersions(version, (tags ?? []).map(versionOf))
  return near.length === 0 ? undefined : `Nearest versions there: ${near.join(', ')}.`
}
