/** What every Runtime must do; run against the memory runtime and a real containerd. */
import { beforeEach, expect, it } from 'vitest'
import type { Digest } from '../../../src/kernel/oci/index.ts'
import type { Runtime } from '../../../src/kernel/ports/index.ts'
import { incompleteOn } from '../../support/incomplete-on.ts'
import { noise } from '../../support/killed-load.ts'
import { tinyLayout } from '../../support/layout.ts'

/** Bytes in small parts, as they would come from a file. */
export async function* parts(bytes: Buffer, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const digestOfPath = (path: string) => path.replace('blobs/sha256/', 'sha256:')

/**
 * Holds a runtime to the port; `open` gives one that may hold other tests' images, `kill` imports an archive into it in
 * a process that is killed before the end.
 */
export function runtimeContract(open: () => Runtime, kill: (archive: Buffer) => Promise<void>): void {
  let runtime: Runtime
  let count = 0
  const name = (tag: string) => `docker.io/sealift-test/contract-${count}:${tag}`
  const found = async (wanted: string) => (await runtime.images()).find(image => image.name === wanted)

  const incomplete = (names: readonly string[]) => incompleteOn(runtime, names)

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
        ...{ pinned: false, complete: true, unpacked: false },
      })
    }
    expect(await incomplete([name('a'), name('b')])).toEqual([])
    await runtime.import(parts(layout.tar))
    expect(await incomplete([name('a'), name('b')])).toEqual([])
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
      ...{ pinned: true, complete: true, unpacked: false },
    })
    expect((await found(name('b')))?.pinned).toBe(false)
    await expect(runtime.pin(name('none'))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
  })

  it('names images that are absent', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    await runtime.import(parts(layout.tar))
    expect(await incomplete([name('none'), name('a'), name('other')])).toEqual([name('none'), name('other')])
  })

  it('names an image without one of its layers, and imports it whole the next time', async () => {
    const images = [{ name: name('a'), file: `a${count}` }]
    const whole = await tinyLayout(images)
    const lacking = await tinyLayout(images, Object.values(whole.layers))
    await runtime.import(parts(lacking.tar))
    expect(await incomplete([name('a')])).toEqual([name('a')])
    await expect(runtime.unpack(name('a'))).rejects.toMatchObject({ code: 'LOAD_FAILED' })
    await runtime.import(parts(whole.tar))
    expect(await incomplete([name('a')])).toEqual([])
    expect((await found(name('a')))?.unpacked).toBe(false)
    for (const _ of ['once', 'again']) {
      await runtime.unpack(name('a'))
      expect((await found(name('a')))?.unpacked).toBe(true)
    }
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
    expect(await incomplete([name('old'), name('new')])).toEqual([])
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

  it('does not take a blob with a flipped byte for what the image needs', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    const gzip = layout.tar.indexOf(Buffer.from([0x1f, 0x8b, 0x08]))
    layout.tar[gzip + 12] = (layout.tar[gzip + 12] ?? 0) ^ 1
    await runtime.import(parts(layout.tar)).catch(error => expect(error.code).toBe('LOAD_FAILED'))
    expect(await incomplete([name('a')])).toEqual([name('a')])
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
    const stopped = AbortSignal.abort(new Error('enough'))
    await expect(runtime.unpack(name('a'), stopped)).rejects.toBe(stopped.reason)
  })

  it('has nothing left of imports that ended, well or not', async () => {
    const layout = await tinyLayout([{ name: name('a'), file: `a${count}` }])
    await runtime.import(parts(layout.tar))
    await expect(runtime.import(parts(Buffer.alloc(3000, 'x')))).rejects.toThrow()
    expect(await runtime.leftovers()).toEqual([])
    await runtime.endLeftovers()
    expect(await incomplete([name('a')])).toEqual([])
  })

  it('knows what a killed import has left, and ends it with its content', async () => {
    const kept = await tinyLayout([{ name: name('kept'), file: `kept${count}` }])
    await runtime.import(parts(kept.tar))
    const layout = await tinyLayout([
      { name: name('a'), file: noise(`a${count}`, 400_000) },
      { name: name('b'), file: noise(`b${count}`, 8_000_000) },
    ])
    const layer = digestOfPath(layout.layers[name('a')] ?? '')
    await kill(layout.tar)
    expect(await found(name('a'))).toBeUndefined()
    expect(await runtime.content()).toContain(layer)
    expect(await runtime.leftovers()).not.toEqual([])
    await runtime.endLeftovers()
    expect(await runtime.leftovers()).toEqual([])
    expect(await runtime.content()).not.toContain(layer)
    expect(await incomplete([name('kept')])).toEqual([])
  })

  it('keeps what was imported again when what a killed import has left is ended', async () => {
    const layout = await tinyLayout([
      { name: name('a'), file: noise(`c${count}`, 400_000) },
      { name: name('b'), file: noise(`d${count}`, 8_000_000) },
    ])
    await kill(layout.tar)
    await runtime.import(parts(layout.tar))
    await runtime.endLeftovers()
    expect(await incomplete([name('a'), name('b')])).toEqual([])
    await runtime.remove([name('a'), name('b')])
    const content = await runtime.content()
    for (const path of Object.values(layout.layers)) expect(content).not.toContain(digestOfPath(path))
  })

  it('removes images; those that are not there are fine', async () => {
    const layout = await tinyLayout([
      { name: name('a'), file: `a${count}` },
      { name: name('b'), file: `b${count}` },
    ])
    await runtime.import(parts(layout.tar))
    await runtime.remove([name('a'), name('none')])
    expect(await found(name('a'))).toBeUndefined()
    expect(await incomplete([name('b')])).toEqual([])
    await runtime.remove([name('a')])
    await runtime.remove([])
  })

  it('notes that an image was brought, with this digest, until it is removed', async () => {
    const image = (file: string) => tinyLayout([{ name: name('a'), file: `${file}${count}` }])
    const [ours, theirs] = [await image('ours'), await image('theirs')]
    const digest = (await image('ours')).digests[name('a')] as Digest
    const brought = async () => (await found(name('a')))?.brought
    const pull = (layout: typeof ours) => runtime.import(parts(layout.tar))
    await pull(ours)
    await runtime.pin(name('a'))
    expect(await brought()).toBeUndefined()
    await runtime.pin(name('a'), digest)
    await runtime.pin(name('a'))
    expect(await found(name('a'))).toMatchObject({ brought: true, pinned: true })
    // An import of the same again leaves the note or, on containerd 2.3, takes all labels away.
    await pull(theirs)
    expect(await brought()).toBeUndefined()
    await runtime.remove([name('a')])
    await pull(ours)
    expect(await brought()).toBeUndefined()
  })
}
