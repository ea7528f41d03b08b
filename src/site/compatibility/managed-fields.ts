import { printable } from '../../kernel/errors/index.ts'
import { fieldsOf, isMapping, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'

// Those that a release is applied by, and Kubernetes' own controllers, which in K3s are its one process.
const own: ReadonlySet<string> = new Set(['helm', 'sealift', 'kube-controller-manager', 'k3s'])

/**
 * Fields that a release wants and somebody else has set, as `manager: spec.replicas`: an upgrade takes them back
 * (metadata.managedFields, FieldsV1). What is written through a subresource, a status or a scale, is nobody's hand.
 */
export function othersFields(live: KubernetesObject, wanted: KubernetesObject): string[] {
  return mappingsOf(live.metadata['managedFields']).flatMap(({ manager, subresource, fieldsV1 }) => {
    if (typeof manager !== 'string' || own.has(manager) || (subresource ?? '') !== '') return []
    return pathsIn(fieldsV1, wanted).map(path => printable(`${manager}: ${path}`, 300))
  })
}

/** Whether helm 3 wrote an object: by updates, where helm 4 applies. */
export function isOfHelm3(live: KubernetesObject): boolean {
  const entries = mappingsOf(live.metadata['managedFields']).map(textsIn)
  const by = (operation: string) =>
    entries.some(entry => entry['manager'] === 'helm' && entry['operation'] === operation)
  return by('Update') && !by('Apply')
}

/** Paths of leaves that both a set of fields and a wanted value have. */
function pathsIn(fields: unknown, wanted: unknown, path = ''): string[] {
  const keys = Object.entries(fieldsOf(fields)).filter(([key]) => key !== '.')
  if (keys.length === 0) return path === '' ? [] : [path]
  return keys.flatMap(([key, below]) => {
    const [kind, name] = [key.slice(0, 2), key.slice(2)]
    const next = kind === 'f:' ? fieldsOf(wanted)[name] : itemOf(wanted, kind, name)
    if (next === undefined) return []
    return pathsIn(below, next, kind === 'f:' ? `${path}${path && '.'}${name}` : `${path}[${name}]`)
  })
}

/** An item of a list by its keys (`k:{"name":"web"}`) or by its value (`v:"x"`). */
function itemOf(wanted: unknown, kind: string, text: string): unknown {
  if (!Array.isArray(wanted)) return undefined
  const sought = parsed(text)
  if (kind === 'v:') return wanted.find(item => item === sought)
  // Kubernetes fills in what a key leaves out (a port's protocol), so that what is not said stands against nothing.
  return wanted.find(
    item =>
      isMapping(item) &&
      isMapping(sought) &&
      Object.entries(sought).every(([key, value]) => (item[key] ?? value) === value),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
