import { expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import { chooseWay } from '../../../../../src/site/load/index.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { memoryNodes } from '../../../../support/memory-nodes.ts'
import { memoryRuntime } from '../../../../support/memory-runtime.ts'
import { sampleDelta } from '../../../../support/sample-delta.ts'
import { wayHost } from '../../../../support/way-host.ts'
import { load } from '../node.ts'

test.each([
  [['one'], 'two'],
  [['two'], 'one'],
])(
  'a delta whose base is on %s alone is refused, with the node that lacks it, before anything is brought',
  async (held, lacking) => {
    const { older, delta } = sampleDelta({ layerSize: 60_000 })
    const runtimes = { one: memoryRuntime('amd64'), two: memoryRuntime('amd64') }
    for (const name of held) await load(runtimes[name as keyof typeof runtimes], older.file)
    const nodes = memoryNodes(runtimes)
    const way = chooseWay('cluster', {}, { ...wayHost(), nodes }, memorySource(new Uint8Array()))
    const bundle = await openBundle(memorySource(delta))
    await expect(way.base(bundle)).rejects.toMatchObject({
      code: 'BASE_MISSING',
      message: expect.stringContaining(`node ${lacking}`),
    })
    expect(await runtimes[lacking as keyof typeof runtimes].images()).toEqual([])
  },
)
