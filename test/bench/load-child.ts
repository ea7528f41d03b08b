/**
 * `node load-child.ts DIST BUNDLE ADDRESS`: what install does with a bundle before it changes the cluster: verifies
 * it and loads it, with the compiled code in DIST. A process of its own, so that its memory can be measured.
 */
import { join } from 'node:path'
import type * as Containerd from '../../src/adapters/containerd/index.ts'
import type * as Adapters from '../../src/adapters/files/index.ts'
import type * as Reading from '../../src/bundle/index.ts'
import type * as Loading from '../../src/load/index.ts'
import type * as Verifying from '../../src/verify/index.ts'

const [dist = '', file = '', address = ''] = process.argv.slice(2)
const compiled = async <T>(room: string): Promise<T> => import(join(dist, room, 'index.js'))
const { createRuntime } = await compiled<typeof Containerd>('adapters/containerd')
const { nodeFiles } = await compiled<typeof Adapters>('adapters/files')
const { openBundle } = await compiled<typeof Reading>('bundle')
const { loadImages } = await compiled<typeof Loading>('load')
const { verifyBundle } = await compiled<typeof Verifying>('verify')

const source = await nodeFiles().openBundle(file)
const { faults } = await verifyBundle(source)
if (faults.length > 0) throw new Error(JSON.stringify(faults))
let read = 0
const counting = {
  ...source,
  read: (offset: number, length: number) => {
    read += length
    return source.read(offset, length)
  },
}
const runtime = createRuntime({ ctr: ['ctr'], address })
const platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
const { loaded } = await loadImages({ bundle: await openBundle(counting), runtime, platform })
await source.close()
process.stdout.write(JSON.stringify({ loaded, read }))
