import { SealiftError } from '../../kernel/errors/index.ts'
import { writePackage } from '../../kernel/packages/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import { chartBytes } from './read.ts'

/**
 * Packs a chart's folder as `helm package` lays it out (`<name>/…`), the same bytes on every machine.
 * `.helmignore` is honoured: names, paths, `*`, `?`, `folder/` and `!`.
 * @throws SealiftError FILE_FAILED when there is more than a chart may weigh
 */
export async function packChartFolder(folder: string, name: string, files: Files): Promise<Uint8Array> {
  const paths = await files.list(folder)
  const ignored = paths.includes('.helmignore')
    ? ignoring(await files.readText(`${folder}/.helmignore`))
    : () => false
  const packed = []
  let size = 0
  for (const path of paths) {
    if (path !== 'Chart.yaml' && ignored(path)) continue
    const bytes = await files.readBytes(`${folder}/${path}`)
    size += bytes.length
    if (size > chartBytes) throw new SealiftError('FILE_FAILED', `${folder} is larger than 64 MiB`)
    packed.push({ path: `${name}/${path}`, bytes })
  }
  return writePackage(packed)
}

/**
 * The rules of a .helmignore (helm.sh/docs/chart_template_guide/helm_ignore_file). The last rule that fits
 * decides; a rule also covers everything below a folder that it fits. `**` is not supported by Helm either.
 */
function ignoring(text: string): (path: string) => boolean {
  const rules = `templates/.?*\n${text}`
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const keep = line.startsWith('!')
      const pattern = keep ? line.slice(1) : line
      const folder = pattern.endsWith('/')
      const plain = folder ? pattern.slice(0, -1) : pattern
      const anchored = plain.includes('/')
      return { keep, folder, anchored, glob: plain.replace(/^\//, '') }
    })
  return path => {
    const parts = path.split('/')
    const places = parts.map((part, i) => ({
      name: part,
      path: parts.slice(0, i + 1).join('/'),
      folder: i < parts.length - 1,
    }))
    const hits = rules.filter(({ folder, anchored, glob }) =>
      places.some(place => (!folder || place.folder) && fitsGlob(glob, anchored ? place.path : place.name)),
    )
    const last = hits.at(-1)
    return last !== undefined && !last.keep
  }
}

/** `*` and `?` stand for what is no slash. Segment by segment, where only the last star moves on: no pattern takes long. */
function fitsGlob(glob: string, path: string): boolean {
  const [globs, names] = [glob.split('/'), path.split('/')]
  return globs.length === names.length && globs.every((one, i) => fitsName(one, names[i] ?? ''))
}

function fitsName(glob: string, name: string): boolean {
  let [at, star, back] = [0, -1, 0]
  for (let i = 0; i < name.length; ) {
    if (glob[at] === '*') [star, back] = [at++, i]
    else if (glob[at] === '?' || glob[at] === name[i]) [at, i] = [at + 1, i + 1]
    else if (star >= 0) [at, i] = [star + 1, ++back]
    else return false
  }
  return /^\**$/.test(glob.slice(at))
}
