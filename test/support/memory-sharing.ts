/** The Sharing port in memory, beside memory-tenancy.ts. */
import type { SecretPlace, ServerGrant, ServerProject, Sharing } from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'

/** What tests see and do by hand. */
export interface MemorySharing extends Sharing {
  /** Whether the server's environment names the organisation. */
  told: boolean
  /** Whether the server knows grants at all. */
  known: boolean
  /** Names of secrets, by `project/environment/path`. */
  readonly names: Map<string, string[]>
  /** Takes a grant back, as a team would in the web UI: `talent-mesh/prod/databases`. */
  take(source: string): void
  /** Whether a folder of a project reads another one's secrets: `platform-view/all/a`, `talent-mesh/prod`. */
  reads(folder: string, source: string): boolean
}

/** What it needs of the server that it is a part of. */
export interface SharingOn {
  readonly request: <T>(words: readonly string[], work: () => T) => Promise<T>
  readonly id: (what: string) => string
  readonly projectOf: (projectId: string) => ServerProject
  /** Ids of the folders of an environment by path, without its root. @throws where it is not there */
  readonly foldersOf: (projectId: string, environment: string) => ReadonlyMap<string, string>
}

interface Imported {
  readonly id: string
  readonly at: string
  readonly source: string
  readonly environmentId: string
  readonly path: string
}

/** No project shares anything yet, and none may. */
export function memorySharing({ request, id, projectOf, foldersOf }: SharingOn): MemorySharing {
  const grants: (ServerGrant & { readonly sourceProjectId: string; readonly source: string })[] = []
  const imports: Imported[] = []
  let allowed = false
  const shares = () => allowed && memory.told
  const nameOf = ({ projectId, environment, path }: SecretPlace) =>
    `${projectOf(projectId).slug}/${environment}${path === '/' ? '' : path}`
  const folderId = ({ projectId, environment, path }: SecretPlace) => {
    const found = path === '/' ? `root-${environment}` : foldersOf(projectId, environment).get(path)
    if (found === undefined)
      throw answered(404, `Folder with path '${path}' in environment with slug '${environment}' not found`)
    return found
  }
  const requireSharing = () => {
    if (!shares()) throw answered(403, 'Cross-project secret sharing is not enabled for this organization')
  }
  const isGranted = (source: string, projectId: string) =>
    shares() && grants.some(found => found.source === source && found.targetProjectId === projectId)

  const memory: MemorySharing = {
    told: false,
    known: true,
    names: new Map(),
    take(source) {
      grants.splice(0, grants.length, ...grants.filter(found => found.source !== source))
    },
    reads: (folder, source) =>
      imports.some(one => one.at === folder && one.source === source) &&
      grants.some(found => found.source === source) &&
      shares(),

    isAllowed: () => request(['isAllowed'], () => allowed),
    allow: () =>
      request(['allow'], () => {
        allowed = true
      }),
    grants: projectId =>
      request(['grants', projectOf(projectId).slug], () => {
        if (!memory.known) return undefined
        return grants.filter(({ sourceProjectId }) => sourceProjectId === projectId)
      }),
    grant: (source, targetProjectId) =>
      request(['grant', nameOf(source), projectOf(targetProjectId).slug], () => {
        requireSharing()
        const found = { folderId: folderId(source), targetProjectId }
        if (grants.some(one => one.source === nameOf(source) && one.targetProjectId === targetProjectId))
          throw answered(400, 'A grant already exists for this folder and target project')
        const folderName = source.path === '/' ? 'root' : (source.path.split('/').at(-1) ?? '')
        const { environment, projectId: sourceProjectId } = source
        grants.push({
          ...{ id: id('grant'), ...found, folderName, environment, sourceProjectId },
          source: nameOf(source),
        })
      }),
    revoke: (projectId, grantId) =>
      request(['revoke', projectOf(projectId).slug, grantId], () => {
        requireSharing()
        const at = grants.findIndex(found => found.id === grantId && found.sourceProjectId === projectId)
        if (at < 0) throw answered(404, 'Grant not found')
        grants.splice(at, 1)
      }),
    imports: place =>
      request(['imports', nameOf(place)], () => {
        folderId(place)
        return imports.filter(({ at }) => at === nameOf(place) && shares())
      }),
    import: (place, source) =>
      request(['import', nameOf(place), nameOf(source)], () => {
        requireSharing()
        folderId(source)
        if (!isGranted(nameOf(source), place.projectId))
          throw answered(403, 'No project grant found allowing this cross-project import')
        folderId(place)
        const { environments } = projectOf(source.projectId)
        const environmentId = environments.find(({ slug }) => slug === source.environment)?.id ?? ''
        imports.push({
          ...{ id: id('import'), at: nameOf(place), source: nameOf(source), environmentId },
          path: source.path,
        })
      }),
    removeImport: (place, importId) =>
      request(['removeImport', nameOf(place), importId], () => {
        const at = imports.findIndex(found => found.id === importId && found.at === nameOf(place))
        if (at < 0) throw answered(404, `Secret import with folder ID '${importId}' not found`)
        imports.splice(at, 1)
      }),
    namesBelow: place =>
      request(['namesBelow', nameOf(place)], () => {
        const root = `${projectOf(place.projectId).slug}/${place.environment}`
        const below = [...memory.names].filter(([at]) => `${at}/`.startsWith(`${nameOf(place)}/`))
        return below.flatMap(([at, names]) =>
          names.map(name => ({ path: at.slice(root.length) || '/', name })),
        )
      }),
  }
  return memory
}
