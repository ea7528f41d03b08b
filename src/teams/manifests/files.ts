import { SealiftError } from '../../kernel/errors/index.ts'
import type { Files } from '../../kernel/ports/index.ts'

/** A text of manifests that somebody keeps in a file. */
export interface ManifestFile {
  /** As the user would name it. */
  readonly path: string
  /** Where it really is, links followed. */
  readonly real: string
  /** Whether Helm reads it before Kubernetes does: it lies in the templates of a chart. */
  readonly isTemplate: boolean
  /** Nothing for what is no UTF-8 text. */
  readonly text: string | undefined
}

const names = /\.(?:ya?ml|json)$/i
const skipped = new Set(['.git', 'node_modules'])

/**
 * The manifests at these paths, one after the other: a file whatever its name, and of a folder all that is called
 * .yaml, .yml or .json, at any depth; links in a folder are not followed. Each file comes once.
 * @throws SealiftError FILE_FAILED, USAGE for what is neither file nor folder
 */
export async function* manifestsAt(paths: readonly string[], files: Files): AsyncGenerator<ManifestFile> {
  const seen = new Set<string>()
  const charts = new Map<string, Promise<boolean>>()
  const isChart = (folder: string) => {
    const asked = charts.get(folder) ?? files.exists(`${folder}/Chart.yaml`)
    charts.set(folder, asked)
    return asked
  }
  async function* at(path: string, real: string): AsyncGenerator<ManifestFile> {
    if (seen.has(real)) return
    seen.add(real)
    yield { path, real, isTemplate: await isInTemplates(real, isChart), text: await textOf(path, files) }
  }
  async function* inside(path: string, real: string): AsyncGenerator<ManifestFile> {
    for (const { name, kind } of await files.entries(path)) {
      const below = [`${path.replace(/\/$/, '')}/${name}`, `${real}/${name}`] as const
      if (kind === 'folder' && !skipped.has(name)) yield* inside(...below)
      else if (kind === 'file' && names.test(name)) yield* at(...below)
    }
  }
  for (const path of paths) {
    const { path: real, kind } = await files.follow(path)
    if (kind === 'folder') yield* inside(path, real)
    else if (kind === 'file') yield* at(path, real)
    else throw new SealiftError('USAGE', `${path} is a ${kind}: it must be a file or a folder`)
  }
}

async function isInTemplates(real: string, isChart: (folder: string) => Promise<boolean>): Promise<boolean> {
  const parts = real.split('/')
  for (const [at, part] of parts.entries())
    if (part === 'templates' && (await isChart(parts.slice(0, at).join('/')))) return true
  return false
}

async function textOf(path: string, files: Files): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await files.readBytes(path))
  } catch (error) {
    if (error instanceof SealiftError) throw error
    return undefined
  }
}
