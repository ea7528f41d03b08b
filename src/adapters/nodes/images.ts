import { fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
import { parseReference } from '../../kernel/oci/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'

/**
 * Images that a node has, by names under which pods can use them without a pull: the one that holds pods' namespaces
 * first, which every node has for as long as it runs pods, then the others, small ones before large ones. Nothing in
 * them is run, so any will do. kubelet names fifty at most (nodeStatusMaxImages); those of pods that run there go last.
 */
export function imagesOn(node: KubernetesObject, pods: readonly KubernetesObject[]): string[] {
  const listed = mappingsOf(fieldsOf(node['status'])['images'])
    .map(image => ({ names: texts(image['names']), size: Number(image['sizeBytes'] ?? 0) }))
    .sort((one, other) => one.size - other.size)
    .flatMap(({ names }) => names.find(isTagged) ?? names.find(isName) ?? [])
  const running = pods
    .filter(({ spec, status }) => {
      const { phase } = fieldsOf(status)
      return fieldsOf(spec)['nodeName'] === node.metadata.name && phase === 'Running'
    })
    .flatMap(({ spec }) => mappingsOf(fieldsOf(spec)['containers']))
    .map(({ image }) => String(image))
    .filter(isName)
  const all = [...new Set([...listed, ...running])]
  return [...all.filter(isPause), ...all.filter(name => !isPause(name))]
}

const texts = (value: unknown) => (Array.isArray(value) ? value.filter(one => typeof one === 'string') : [])
const isName = (name: string) => parseReference(name) !== undefined
const isTagged = (name: string) => isName(name) && !name.includes('@')
const isPause = (name: string) => /(^|[/-])pause$/.test(parseReference(name)?.repository ?? '')
