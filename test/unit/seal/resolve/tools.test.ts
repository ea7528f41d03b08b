import { describe, expect, test } from 'vitest'
import { toolProgram } from '../../../../src/bundle/opening/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { writePackage } from '../../../../src/kernel/packages/index.ts'
import { resolveTool } from '../../../../src/seal/resolve/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { MemoryRegistry, memoryWeb } from '../../../support/memory-registry.ts'

const packed = writePackage([
  { path: 'linux-amd64/helm', bytes: Buffer.from('the program') },
  { path: 'linux-amd64/LICENSE', bytes: Buffer.from('text') },
])
const tool = { name: 'helm', version: 'v4.3.1', platform: 'linux/amd64', member: 'linux-amd64/helm' } as const

function sources({ registry = new MemoryRegistry(), web = {}, files = memoryFiles() } = {}) {
  return { specDir: '/spec', files, registry, web: memoryWeb(web) }
}

describe('a tool', () => {
  test('by address, as an OCI artifact and by path is the same content', async () => {
    const url = 'https://get.example.org/helm.tar.gz'
    const registry = new MemoryRegistry()
    registry.put('r.io/tools/helm', 'v4', {
      config: registry.blobOf('{}', 'a/b'),
      layers: [registry.blobOf(packed, 'c/d')],
    })
    const from = sources({ registry, web: { [url]: packed } })
    await from.files.write('/spec/helm.tar.gz', packed)
    const places = [{ url }, { oci: 'r.io/tools/helm:v4' }, { path: 'helm.tar.gz' }]
    const found = await Promise.all(places.map(place => resolveTool({ ...tool, ...place }, from)))
    expect(found.map(({ source }) => source)).toEqual([url, 'oci://r.io/tools/helm:v4', 'helm.tar.gz'])
    for (const { content } of found)
      expect(content).toEqual({ digest: digestOf(packed), size: packed.length })
  })

  test('of one that is known only the package is read, where its tag still names its manifest', async () => {
    const registry = new MemoryRegistry()
    const push = (text: string) => {
      const layer = registry.blobOf(text, 'c/d')
      const { digest, size } = registry.put('r.io/tools/helm', 'v4', {
        config: registry.blobOf('{}', 'a/b'),
        layers: [layer],
      })
      return { manifest: { digest, size }, package: layer }
    }
    const before = push('one')
    const again = async (known = before) => {
      registry.asked.length = 0
      const knownTools = new Map([['oci://r.io/tools/helm:v4', [known]]])
      const from = { ...sources({ registry }), knownTools }
      const found = await resolveTool({ ...tool, oci: 'r.io/tools/helm:v4' }, from)
      return [Buffer.from(found.bytes).toString(), found.manifest?.digest, registry.asked.length]
    }
    expect(await again()).toEqual(['one', before.manifest.digest, 0])
    const edited = { ...before, package: { ...before.package, digest: digestOf('edited') } }
    expect(await again(edited)).toEqual(['one', before.manifest.digest, 1])
    const after = push('two')
    expect(await again()).toEqual(['two', after.manifest.digest, 1])
  })

  test('an artifact with more than one layer is refused', async () => {
    const registry = new MemoryRegistry()
    registry.image('r.io/tools/helm', 'v4', 'amd64', ['a', 'b'])
    const found = resolveTool({ ...tool, oci: 'r.io/tools/helm:v4' }, sources({ registry }))
    await expect(found).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
  })
})

describe('its program', () => {
  test('comes out of the archive, or is the file itself', async () => {
    expect(Buffer.from(await toolProgram(packed, tool.member)).toString()).toBe('the program')
    expect(await toolProgram(packed, undefined)).toBe(packed)
  })

  test('a missing member, a broken archive', async () => {
    await expect(toolProgram(packed, 'linux-arm64/helm')).rejects.toThrow('has no file linux-arm64/helm')
    await expect(toolProgram(packed.subarray(0, 600), tool.member)).rejects.toMatchObject({
      code: 'CONTENT_MISMATCH',
    })
  })
})
