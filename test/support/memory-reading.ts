/** What External Secrets Operator would read, in memory; held to the contract of the adapter. */
import { type FolderReading, type ReadScope, Secret } from '../../src/kernel/ports/index.ts'

type Place = Pick<ReadScope, 'project' | 'environment' | 'path'>

/** The port, and what a test puts into it. */
export interface MemoryReading extends FolderReading {
  folders: Map<string, Map<string, string>>
  put(place: Place, name: string, value: string): void
  /** Lets a folder import what another one has, as it is when it is read. */
  import(place: Place, source: Place): void
  /** What was asked for. */
  readonly asked: ReadScope[]
}

/** Nothing is in it; folders come with their first secret. */
export function memoryReading(): MemoryReading {
  const keyOf = ({ project, environment, path }: Place) => `${project} ${environment} ${path}`
  const sources = new Map<string, Place[]>()
  const of = (place: Place) => [...(reading.folders.get(keyOf(place)) ?? [])]
  const expanded = (place: Place, value: string) =>
    value.replace(/\$\{([^}]*)\}/g, (_, name: string) => new Map(of(place)).get(name) ?? '')
  const reading: MemoryReading = {
    folders: new Map(),
    asked: [],
    put(place, name, value) {
      const folder = reading.folders.get(keyOf(place)) ?? new Map<string, string>()
      reading.folders.set(keyOf(place), folder.set(name, value))
    },
    import(place, source) {
      reading.folders.set(keyOf(place), reading.folders.get(keyOf(place)) ?? new Map())
      sources.set(keyOf(place), [...(sources.get(keyOf(place)) ?? []), source])
    },
    async folder(scope) {
      reading.asked.push(scope)
      if (!reading.folders.has(keyOf(scope)) && scope.path !== '/') return undefined
      const known = [...reading.folders.keys()].some(key =>
        key.startsWith(`${scope.project} ${scope.environment} `),
      )
      if (!known) return undefined
      const read = (place: Place) =>
        of(place).map(([name, value]) => ({
          ...{ name, path: place.path },
          value: new Secret(scope.expand ? expanded(place, value) : value),
        }))
      const prefix = keyOf({ ...scope, path: `${scope.path.replace(/\/$/, '')}/` })
      const below = [...reading.folders.keys()]
        .filter(key => scope.recursive && key.startsWith(prefix) && key !== keyOf(scope))
        .map(key => ({ ...scope, path: key.split(' ')[2] ?? '' }))
      return {
        own: [scope, ...below].flatMap(read),
        imported: (sources.get(keyOf(scope)) ?? []).map(source => ({
          ...{ environment: source.environment, path: source.path },
          secrets: read(source).map(({ name, value }) => ({ name, value })),
        })),
      }
    },
  }
  return reading
}
