/** Other people's tools at the same work: images of a registry into one file. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { goTool } from '../support/tools/build.ts'
import type { BenchImage } from './images.ts'
import type { Link } from './link.ts'
import type { Words } from './measure.ts'
import { type Outcome, outcome } from './outcome.ts'
import type { Stage } from './stage.ts'

/** Programs that are compared with where somebody has them; a build of either is not to be had from a package registry. */
export const given = { hauler: process.env['HAULER_BIN'], zarf: process.env['ZARF_BIN'] } as const

/** What a tool does to get from nothing to `file`, in a folder of its own. */
interface Way {
  readonly commands: readonly Words[]
  readonly file: string
}

/** Runs it from nothing, and lets the file reach the disk afterwards. */
async function from(stage: Stage, name: string, way: (folder: string) => Promise<Way>): Promise<Outcome> {
  const folder = join(stage.dir, name)
  const clear = () => rm(folder, { recursive: true, force: true })
  await clear()
  await mkdir(folder)
  const { commands, file } = await way(folder)
  // One script, so that what is written is counted together.
  const took = await outcome(await stage.measure(commands), file)
  const { seconds } = await stage.sync(file)
  await clear()
  return { ...took, synced: took.seconds + seconds }
}

/** An OCI layout that a tool fills, and tar makes a file of. */
async function layout(
  stage: Stage,
  name: string,
  commands: (folder: string) => Promise<readonly Words[]>,
): Promise<Outcome> {
  return from(stage, name, async folder => {
    const [inner, file] = [join(folder, 'layout'), join(folder, 'layout.tar')]
    await mkdir(inner)
    return { commands: [...(await commands(inner)), ['tar', 'cf', file, '-C', inner, '.']], file }
  })
}

const nameOf = (stage: Stage, image: BenchImage, link?: Link) =>
  `${link?.host ?? stage.host}/bench/${image}:1`

/** crane; from a place other than loopback it wants to be told of plain HTTP. */
export function byCrane(stage: Stage, images: readonly BenchImage[], link?: Link): Promise<Outcome> {
  return layout(stage, 'crane', async folder => [
    [
      ...(link?.inside ?? []),
      ...[await goTool('crane'), 'pull', '--insecure', '--format', 'oci'],
      ...images.map(image => nameOf(stage, image, link)),
      folder,
    ],
  ])
}

/** skopeo, an image after the other. */
export function bySkopeo(stage: Stage, images: readonly BenchImage[]): Promise<Outcome> {
  return layout(stage, 'skopeo', async folder =>
    images.map(image => [
      ...['skopeo', 'copy', '--quiet', '--insecure-policy', '--src-tls-verify=false'],
      ...[`docker://${nameOf(stage, image)}`, `oci:${folder}:${image}`],
    ]),
  )
}

/** Hauler: its store, saved (docs.hauler.dev, `store add image` and `store save`). */
export function byHauler(stage: Stage, images: readonly BenchImage[]): Promise<Outcome> {
  return from(stage, 'hauler', async folder => {
    const [store, file] = [join(folder, 'store'), join(folder, 'haul.tar.zst')]
    const hauler = (...words: string[]) => [given.hauler ?? 'hauler', 'store', ...words, '--store', store]
    const added = images.map(image =>
      hauler('add', 'image', nameOf(stage, image), '--platform', 'linux/amd64'),
    )
    return { commands: [...added, hauler('save', '--filename', file)], file }
  })
}

/** Zarf: a package of images, without SBOMs, which nobody else here makes (docs.zarf.dev, `package create`). */
export function byZarf(stage: Stage, images: readonly BenchImage[]): Promise<Outcome> {
  return from(stage, 'zarf', async folder => {
    const components = [{ name: 'images', required: true, images: images.map(image => nameOf(stage, image)) }]
    const zarf = { kind: 'ZarfPackageConfig', metadata: { name: 'bench', version: '1.0.0' }, components }
    await writeFile(join(folder, 'zarf.yaml'), JSON.stringify(zarf))
    const flags = ['--confirm', '--plain-http', '--skip-sbom', '--no-color', '--architecture', 'amd64']
    const [out, cache] = [join(folder, 'out'), join(folder, 'cache')]
    return {
      commands: [
        [given.zarf ?? 'zarf', 'package', 'create', folder, '--output', out, '--cache', cache, ...flags],
      ],
      file: join(out, 'zarf-package-bench-amd64-1.0.0.tar.zst'),
    }
  })
}
