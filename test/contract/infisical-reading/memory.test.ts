import { expect, it } from 'vitest'
import { memoryReading } from '../../support/memory-reading.ts'
import { readingContract } from './contract.ts'

const reading = memoryReading()
const place = { project: 'talent-mesh', environment: 'prod' }
readingContract('in memory', () => ({
  reading,
  put: async (path, name, value) => reading.put({ ...place, path }, name, value),
}))

it('gives what a folder imports', async () => {
  reading.import({ ...place, path: '/all' }, { ...place, path: '/db' })
  const found = await reading.folder({ ...place, path: '/all', recursive: false, expand: false })
  expect(found).toMatchObject({
    own: [],
    imported: [{ environment: 'prod', path: '/db', secrets: [{ name: 'NAME' }] }],
  })
})
