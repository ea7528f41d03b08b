/** What holds of whatever reads an Infisical as External Secrets Operator does. */
import { describe, expect, it } from 'vitest'
import type { FolderReading, ReadScope } from '../../../src/kernel/ports/index.ts'

/** A server, and how a secret of project `talent-mesh`, environment `prod`, comes into it. */
export interface Seeded {
  readonly reading: FolderReading
  readonly put: (path: string, name: string, value: string) => Promise<void>
}

const scope: ReadScope = {
  ...{ project: 'talent-mesh', environment: 'prod', path: '/' },
  ...{ recursive: false, expand: false },
}

/** @param seeded opens one; the folders `/db` and `/db/deep` are there */
export function readingContract(name: string, seeded: () => Seeded): void {
  describe(`${name}: an Infisical as External Secrets Operator reads it`, () => {
    const names = async (more: Partial<ReadScope>) => {
      const found = await seeded().reading.folder({ ...scope, ...more })
      return found?.own.map(({ name, path }) => `${path} ${name}`).toSorted()
    }
    const values = async (more: Partial<ReadScope>) => {
      const found = await seeded().reading.folder({ ...scope, ...more })
      return Object.fromEntries(found?.own.map(({ name, value }) => [name, value.reveal()]) ?? [])
    }

    it('gives the secrets of a folder, and of those below it where it is asked to', async () => {
      const { put } = seeded()
      await put('/', 'NAME', 'value')
      await put('/', 'TAKEN', `a\${NAME}b`)
      await put('/', 'EMPTIED', `a\${NOWHERE}b`)
      await put('/db', 'NAME', 'other')
      await put('/db/deep', 'DEEP', 'x')
      expect(await names({})).toEqual(['/ EMPTIED', '/ NAME', '/ TAKEN'])
      expect(await names({ path: '/db' })).toEqual(['/db NAME'])
      expect(await names({ path: '/db', recursive: true })).toEqual(['/db NAME', '/db/deep DEEP'])
    })

    it('gives values as they are, or with references replaced', async () => {
      expect(await values({})).toEqual({ NAME: 'value', TAKEN: `a\${NAME}b`, EMPTIED: `a\${NOWHERE}b` })
      expect(await values({ expand: true })).toEqual({ NAME: 'value', TAKEN: 'avalueb', EMPTIED: 'ab' })
    })

    it('knows no folder and no environment that is not there', async () => {
      expect(await names({ path: '/nowhere' })).toBeUndefined()
      expect(await names({ environment: 'nowhere' })).toBeUndefined()
    })

    it('shows no value of what it gives', async () => {
      expect(JSON.stringify(await seeded().reading.folder(scope))).not.toContain('"value":"value"')
    })
  })
}
