import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { lockJsonSchema } from '../../../../src/bundle/lock/index.ts'
import { siteJsonSchema, specJsonSchema } from '../../../../src/kernel/inputs/index.ts'
import { tenancyJsonSchema } from '../../../../src/kernel/tenancy-file/index.ts'
import { outputs } from '../../../support/outputs.ts'

const folder = join(import.meta.dirname, '../../../../bundles/schema')

// Made anew with: vitest run --project unit test/unit/kernel/inputs/schema.test.ts -u
test.each([
  ['bundle.schema.json', specJsonSchema],
  ['site.schema.json', siteJsonSchema],
  ['lock.schema.json', lockJsonSchema],
  ['tenancy.schema.json', tenancyJsonSchema],
])('%s is what the code says', async (file, schema) => {
  await expect(`${JSON.stringify(schema(), null, 2)}\n`).toMatchFileSnapshot(join(folder, file))
})

test.each(Object.entries(outputs))('output/%s.schema.json is what the code says', async (verb, shape) => {
  const schema = z.toJSONSchema(shape as z.ZodType, { unrepresentable: 'any' })
  const file = join(folder, 'output', `${verb}.schema.json`)
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(file)
})

test('every verb has a schema for its --json', () => {
  const manifest = JSON.parse(readFileSync(join(folder, '../../oclif.manifest.json'), 'utf8'))
  const verbs = Object.keys(manifest.commands).map(id => id.replace(':', '-'))
  expect([...verbs, 'failure'].sort()).toEqual(Object.keys(outputs).sort())
})

/** Paths of the fields that have no description, at any depth. */
function undescribed(schema: unknown, path = ''): string[] {
  const { properties = {}, items } = schema as { properties?: Record<string, object>; items?: object }
  const fields = Object.entries(properties).flatMap(([name, field]) => [
    ...('description' in field ? [] : [`${path}${name}`]),
    ...undescribed(field, `${path}${name}.`),
  ])
  return items === undefined ? fields : [...fields, ...undescribed(items, path)]
}

test.each([
  ['bundle.yaml', specJsonSchema],
  ['site.yaml', siteJsonSchema],
  ['tenancy.yaml', tenancyJsonSchema],
])('every field of %s is described to whoever writes it', (_, schema) => {
  expect(schema()).toHaveProperty('description')
  expect(undescribed(schema())).toEqual([])
})

test('a field without a description would be found, in lists too', () => {
  const list = { description: 'a list', items: { properties: { one: {} } } }
  expect(undescribed({ properties: { list } })).toEqual(['list.one'])
})
