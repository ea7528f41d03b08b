import { join } from 'node:path'
import { expect, test } from 'vitest'
import { diffJsonSchema } from '../../../src/diff/index.ts'
import { lockJsonSchema } from '../../../src/lock/index.ts'
import { siteJsonSchema, specJsonSchema } from '../../../src/spec/index.ts'

const folder = join(import.meta.dirname, '../../../bundles/schema')

// Made anew with: vitest run --project unit test/unit/spec/schema.test.ts -u
test.each([
  ['bundle.schema.json', specJsonSchema],
  ['site.schema.json', siteJsonSchema],
  ['lock.schema.json', lockJsonSchema],
  ['diff.schema.json', diffJsonSchema],
])('%s is what the code says', async (file, schema) => {
  await expect(`${JSON.stringify(schema(), null, 2)}\n`).toMatchFileSnapshot(join(folder, file))
})
