import type { KubernetesObject } from '../ports/index.ts'
import { isManaged } from './managed.ts'

/** Annotation of every namespace of ours: the site's name, so that the cluster knows whose it is. */
export const siteMark = 'sealift.dev/site'

/** The site that a namespace of ours is of; nothing for one that is not ours, or older than this mark. */
export function siteOf(namespace: KubernetesObject | undefined): string | undefined {
  return isManaged(namespace) ? namespace?.metadata.annotations?.[siteMark] : undefined
}
