/** The SecretBatches port in memory, beside a tenancy: held to the same contract as the real adapter. */
import { keptValue } from '../../src/kernel/access/index.ts'
import { Secret, type SecretBatches, type StoreReading } from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'
import type { MemoryTenancy } from './memory-tenancy.ts'

/** Its state to look at; requests are counted by the tenancy, as `putSecrets prod / 2`. */
export interface MemorySecretBatches extends SecretBatches {
  /** Values by name, of folders by `project/environment/path`. */
  readonly folders: Map<string, Map<string, string>>
  /** Reads as an identity: it must be let. */
  readingAs(identityId: string): StoreReading
  /** What a read gives instead of a value; a test may break it. */
  garble: (name: string, value: string) => string
}

const reference = /\$\{([^{}\s]+)\}/g

/** Secrets in the folders of `tenancy`. */
export function memorySecretBatches(tenancy: MemoryTenancy): MemorySecretBatches {
  const folders = new Map<string, Map<string, string>>()
  const inFolder = (project: string, environment: string, path: string) => {
    const at = tenancy.folderAt(project, environment, path)
    if (at === undefined) return undefined
    const found = folders.get(at) ?? new Map<string, string>()
    folders.set(at, found)
    return found
  }
  const named = (values: ReadonlyMap<string, string>, value: (name: string, raw: string) => string) =>
    new Map([...values].map(([name, raw]) => [name, new Secret(value(name, raw))]))

  // As measured: what leads nowhere becomes nothing, and a secret that names itself stays.
  const expanded = (values: ReadonlyMap<string, string>, name: string, raw: string): string =>
    raw.replace(reference, (whole, of: string) => (of === name ? whole : (values.get(of) ?? '')))

  const reading = (identityId?: string): StoreReading => ({
    readByStore: ({ project, environment, path, expandSecretReferences }) =>
      tenancy.request(['readByStore', project, environment, path, String(expandSecretReferences)], () => {
        const found = inFolder(project, environment, path)
        const projectId = tenancy.idOf(project)
        if (identityId !== undefined && !tenancy.lets(identityId, 'read', { projectId, environment, path }))
          throw answered(403, 'You are not allowed to describeSecret on secrets')
        return (
          found &&
          named(found, (name, raw) =>
            batches.garble(name, expandSecretReferences ? expanded(found, name, raw) : raw),
          )
        )
      }),
  })

  const batches: MemorySecretBatches = {
    ...reading(),
    folders,
    readingAs: reading,
    garble: (_, value) => value,
    secretsIn: ({ projectId, environment, path }) =>
      tenancy.request(['secretsIn', environment, path], () => {
        const found = inFolder(projectId, environment, path)
        return found && named(found, (_, raw) => raw)
      }),
    putSecrets: ({ projectId, environment, path }, secrets) =>
      tenancy.request(['putSecrets', environment, path, String(secrets.length)], () => {
        const found = inFolder(projectId, environment, path)
        if (found === undefined)
          throw answered(
            404,
            `Folder with path '${path}' in environment with slug '${environment}' not found`,
          )
        const bad = secrets.find(({ name }) => /[:/]/.test(name))
        if (bad !== undefined)
          throw answered(422, `secret ${bad.name}: Secret name cannot contain colon or forward slash.`)
        for (const { name, value } of secrets) found.set(name, keptValue(value.reveal()).toWellFormed())
      }),
  }
  return batches
}
