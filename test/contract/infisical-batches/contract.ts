/** What holds of folders of secrets that are read and written whole, whoever keeps them: each step goes on from those before it. */
import { describe, expect, it } from 'vitest'
import { type InfisicalSession, Secret, type SecretPlace } from '../../../src/kernel/ports/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

/** The value is put together here so that it is no template of TypeScript's. */
const reference = (name: string) => `\${${name}}`

/** Registers the contract's tests. `open` gives a session whose server has no projects yet. */
export function batchesContract(
  name: string,
  open: () => Pick<InfisicalSession, 'batches' | 'tenancy'>,
): void {
  describe(`folders of secrets: ${name}`, () => {
    let place: SecretPlace = { projectId: '', environment: 'prod', path: '/' }
    const put = (values: Readonly<Record<string, string>>, path = '/') =>
      open().batches.putSecrets(
        { ...place, path },
        Object.entries(values).map(([name, value]) => ({ name, value: new Secret(value) })),
      )
    const revealed = (found: ReadonlyMap<string, Secret> | undefined) =>
      found && Object.fromEntries([...found].map(([name, value]) => [name, value.reveal()]))
    const all = async (path = '/') => revealed(await open().batches.secretsIn({ ...place, path }))
    const byStore = async (expandSecretReferences: boolean, path = '/') => {
      const scope = { project: 'talent-mesh', environment: 'prod', path, expandSecretReferences }
      return revealed(await open().batches.readByStore(scope))
    }

    it('are empty at first, and none where there is no folder', async () => {
      const { tenancy } = open()
      const { id } = await tenancy.createProject({ slug: 'talent-mesh', defaultEnvironments: true })
      await tenancy.createFolder(id, 'prod', '/db')
      place = { ...place, projectId: id }
      expect([await all(), await byStore(false)]).toEqual([{}, {}])
      expect([await all('/nope'), await byStore(false, '/nope')]).toEqual([undefined, undefined])
    })

    it('take secrets that are new and others that are there, in one request', async () => {
      await put({ A: '1', B: '2' })
      await put({ B: '3', C: '' })
      expect(await all()).toEqual({ A: '1', B: '3', C: '' })
    })

    it('are apart from each other', async () => {
      await put({ A: 'in a folder' }, '/db')
      expect(await all('/db')).toEqual({ A: 'in a folder' })
      expect((await all())?.['A']).toBe('1')
    })

    it('keep values as measured: without the white space around them', async () => {
      await put({ A: '  v  ', B: 'v\n\n', C: 'a\r\nb\r\n', D: 'v\t', E: 'pa$$word$HOME', F: 'Ünïcode ☃' })
      const kept = { A: 'v', B: 'v\n', C: 'a\r\nb\n', D: 'v', E: 'pa$$word$HOME', F: 'Ünïcode ☃' }
      expect(await all()).toEqual(kept)
      expect(await byStore(false)).toEqual(kept)
      await put({ HALF: 'a\ud800' }, '/db')
      expect((await all('/db'))?.['HALF']).toBe('a\ufffd')
    })

    it('are read by a store with references replaced, or as they were written', async () => {
      const values = { PLAIN: 'v', NOWHERE: `a${reference('b')}c`, THERE: `x${reference('PLAIN')}y` }
      await put(values, '/db')
      expect(await all('/db')).toMatchObject(values)
      expect(await byStore(false, '/db')).toMatchObject(values)
      expect(await byStore(true, '/db')).toMatchObject({ PLAIN: 'v', NOWHERE: 'ac', THERE: 'xvy' })
    })

    it('write nothing of a batch with a name that is refused, and say which it is', async () => {
      const before = await all()
      const error = await rejection(put({ OK1: '1', 'a:b': '2' }))
      expect(error.message).toMatch(/ 422.*secret a:b: Secret name cannot contain colon or forward slash\./)
      expect(await all()).toEqual(before)
    })

    it('are not made by a batch', async () => {
      expect((await rejection(put({ A: '1' }, '/nope'))).message).toMatch(/ 404.*Folder with path/)
    })

    it('take a thousand at once, and a value of a megabyte', async () => {
      await open().tenancy.createFolder(place.projectId, 'prod', '/many')
      const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`S${i}`, `value ${i}`]))
      await put(many, '/many')
      await put({ LARGE: 'x'.repeat(1_048_000) }, '/many')
      const found = await all('/many')
      expect(Object.keys(found ?? {})).toHaveLength(1001)
      expect([found?.['S999'], found?.['LARGE']?.length]).toEqual(['value 999', 1_048_000])
    })

    it('take names that a URL has no room for, and such as a shell refuses', async () => {
      const names = [
        'N'.repeat(255),
        'with space',
        'dot.name',
        '1DIGIT',
        'Ünïcode',
        'lower_case',
        'with-dash',
      ]
      await open().tenancy.createFolder(place.projectId, 'prod', '/names')
      await put(Object.fromEntries(names.map(name => [name, 'v'])), '/names')
      expect(Object.keys((await byStore(true, '/names')) ?? {}).toSorted()).toEqual(names.toSorted())
    })
  })
}
