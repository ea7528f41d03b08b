import { findPods, isMapping, mappingsOf, type RenderedObject } from '../../kernel/objects/index.ts'
import type { Finding } from './image-names.ts'

/** The images of an object's pods: of any container, and of image volumes. Proven, whatever they are called. */
export function podImages(object: RenderedObject): Finding[] {
  return findPods(object).flatMap(pod => {
    const volumes = mappingsOf(pod.spec['volumes']).flatMap((volume, i) => {
      const image = volume['image']
      return isMapping(image) ? at(`${pod.path}.volumes[${i}].image.reference`, image['reference']) : []
    })
    return [
      ...pod.containers.flatMap(({ path, content }) => at(`${path}.image`, content['image'])),
      ...volumes,
    ]
  })
}

function at(field: string, text: unknown): Finding[] {
  return typeof text === 'string' && text !== '' ? [{ field, text, verdict: 'proven' }] : []
}
