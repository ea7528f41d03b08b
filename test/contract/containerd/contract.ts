/** What every Runtime must do; run against the memory runtime and a real containerd. */
import { beforeEach, expect, it } from 'vitest'
import type { Runtime } from '../../../src/ports/index.ts'
import { tinyLayout } from '../../support/layout.ts'

/** Bytes in small parts, as they would come from a file. */
export async function* parts(bytes: Buffer, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const digestOfPath = (path: string) => path.replace('blobs/sha256/', 'sha256:')

/** Holds a runtime to the port; `open` gives one that may hold other tests' images. */
export function runtimeContract(open: () => Runtime): void {
  let runtime: Runtime
  let count = 0
  const name = (tag: string) => `docker.io/sealift-test/contract-${count}:${tag}`
  const found = async (wanted: string) => (await runtime.images()).find(image => image.name === wanted)

  beforeEach(() => {
    runtime = open()
    count++
  })

  it('imports images under their full names, with their digests, whole and not pinned', async () => {
    const layout = await tinyLayout([
      { name: name('a'), file: `a${count}` },
      { name: name('b'), file: `b${count}`, form: 'index' },
    ])
    await runtime.import(parts(layout.tar))
    for (const tag of ['a', 'b']) {
      expect(await found(name(tag))).toEqual({
        name: name(tag),
        digest: layout.digests[name(tag)],
        pinned: false,
      })
    }
    expect(await runtime.incomplete([name('a'), name('b')])).toEqual([])
    await runtime.import(parts(layout.tar))
    expect(await runtime.incomplete([name('a'), name('b')])).toEqual([])
  })

  it('pins one image', async () => {
    const layout = await tinyLayout([
      { name: name('a'), file: `a${count}` },
      { name: name('b'), file: `b${count}` },
    ])
    await runtime.import(parts(layout.tar))
    await runtime.pin(name('a'))
    await runtime.pin(name('a'))
    expect(await found(name('a'))).toEqual({
      name: name('a'),
      digest: layout.digests[name('a')],
      pinned: true,
    })
    expect((await found(name('b')))?.pinned).toBe(false)
    await expect(runtime.pin(name('none'))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
  })

  it('names images that are absent', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    await runtime.import(parts(layout.tar))
    expect(await runtime.incomplete([name('none'), name('a'), name('other')])).toEqual([
      name('none'),
      name('other'),
    ])
    expect(await runtime.incomplete([])).toEqual([])
  })

  it('names an image without one of its layers, and imports it whole the next time', async () => {
    const images = [{ name: name('a'), file: `a${count}` }]
    const whole = await tinyLayout(images)
    const lacking = await tinyLayout(images, Object.values(whole.layers))
    await expect(runtime.import(parts(lacking.tar))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
    expect(await runtime.incomplete([name('a')])).toEqual([name('a')])
    await expect(runtime.unpack(name('a'))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
    await runtime.import(parts(whole.tar))
    expect(await runtime.incomplete([name('a')])).toEqual([])
    await runtime.unpack(name('a'))
  })

  it('says what is in the content store, and imports an image whose layer is there already', async () => {
    const layerOf = (layout: { layers: Readonly<Record<string, string>> }, tag: string) =>
      digestOfPath(layout.layers[name(tag)] ?? '')
    const older = await tinyLayout([{ name: name('old'), file: `a${count}` }])
    await runtime.import(parts(older.tar))
    const newer = [
      { name: name('old'), file: `b${count}` },
      { name: name('new'), file: `a${count}`, form: 'index' as const },
    ]
    const whole = await tinyLayout(newer)
    const lacking = await tinyLayout(newer, [whole.layers[name('new')] ?? ''])
    expect(await runtime.content()).toContain(layerOf(whole, 'new'))
    expect(await runtime.content()).not.toContain(layerOf(whole, 'old'))
    // The name of the image that brought the layer is taken away by this very import.
    await runtime.import(parts(lacking.tar))
    await runtime.unpack(name('new'))
    const gone = await tinyLayout([{ name: name('gone'), file: `c${count}` }])
    await runtime.import(parts(gone.tar))
    await runtime.remove([name('gone')]) // with it goes what no image needs
    expect(await runtime.incomplete([name('old'), name('new')])).toEqual([])
    expect(await runtime.content()).toContain(layerOf(whole, 'old'))
  })

  it('has no more content of images that were removed', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    await runtime.import(parts(layout.tar))
    await runtime.remove([name('a')])
    const content = await runtime.content()
    expect(content).not.toContain(layout.digests[name('a')])
    expect(content).not.toContain(digestOfPath(layout.layers[name('a')] ?? ''))
  })

  it('says where it keeps content, and how much is free there', async () => {
    const room = await runtime.room()
    expect(room?.path).toMatch(/^\//)
    expect(room?.free).toBeGreaterThan(1_000_000)
  })

  it('refuses a blob with a flipped byte', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    const gzip = layout.tar.indexOf(Buffer.from([0x1f, 0x8b, 0x08]))
    layout.tar[gzip + 12] = (layout.tar[gzip + 12] ?? 0) ^ 1
    await expect(runtime.import(parts(layout.tar))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
  })

  it('refuses an archive that ends too early, and one that is none', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    const half = parts(layout.tar.subarray(0, layout.tar.length / 2 - 700))
    await expect(runtime.import(half)).rejects.toMatchObject({ code: 'LOAD_FAILED' })
    await expect(runtime.import(parts(Buffer.alloc(3000, 'x')))).rejects.toMatchObject({
      code: 'LOAD_FAILED',
    })
  })

  it('passes on what the archive’s source throws', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    const fault = new Error('the stick was pulled')
    async function* failing() {
      yield layout.tar.subarray(0, 600)
      throw fault
    }
    await expect(runtime.import(failing())).rejects.toBe(fault)
  })

  it('stops when it is told to', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    async function* endless() {
      yield layout.tar.subarray(0, 512)
      abort.abort(reason)
      while (true) yield new Uint8Array(65_536)
    }
    await expect(runtime.import(endless(), abort.signal)).rejects.toBe(reason)
    await expect(runtime.import(parts(layout.tar), abort.signal)).rejects.toBe(reason)
  })

  it('unpacks what is there, again and again, and not what is not', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    await runtime.import(parts(layout.tar))
    await runtime.unpack(name('a'))
    await runtime.unpack(name('a'))
    await expect(runtime.unpack(name('none'))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
  })

  it('removes images; those that are not there are fine', async () => {
    const layout = await tinyLayout([
      { name: name('a'), file: `a${count}` },
      { name: name('b'), file: `b${count}` },
    ])
    await runtime.import(parts(layout.tar))
    await runtime.remove([name('a'), name('none')])
    expect(await found(name('a'))).toBeUndefined()
    expect(await runtime.incomplete([name('b')])).toEqual([])
    await runtime.remove([name('a')])
    await runtime.remove([])
  })
}
