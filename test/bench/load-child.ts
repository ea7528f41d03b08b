/**
 * `node load-child.js BUNDLE ADDRESS`: what install does with a bundle before it changes the cluster: verifies it and
 * loads it. A process of its own, so that its memory can be measured; load.ts compiles it as the CLI is compiled.
 */
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../src/bundle/verify/index.ts'
import { loadImages } from '../../src/site/load/index.ts'

const [file = '', address = ''] = process.argv.slice(2)
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
