import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { manifestText } from '../scripts/manifest.ts'
import { exitCodes } from '../src/kernel/errors/index.ts'
import { siteJsonSchema } from '../src/kernel/inputs/site.ts'
import { tenancyJsonSchema } from '../src/kernel/tenancy-file/tenancy.ts'

const root = join(import.meta.dirname, '..')

// dist/ is built before the tests run: `npm test` does, `npm run build` by hand.
test('oclif.manifest.json is what the compiled commands give; npm run manifest writes it', async () => {
  expect(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')).toBe(await manifestText())
})

/** Rows of the tables in one section of a README, cell by cell, without those that head and underline. */
function tableRows(heading: string, file = 'README.md'): string[][] {
  const readme = readFileSync(join(root, file), 'utf8')
  const [section = ''] = readme
    .slice(readme.indexOf(`\n${heading}\n`) + 1)
    .split(/^(?=##)/m)
    .filter(part => part.startsWith(heading))
  return section
    .split('\n')
    .filter(line => /^\|\s*[`\d]/.test(line))
    .map(row =>
      row
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
}

/** Paths of a schema's fields; the place of one value in a Secret is one field. */
function fields({ properties = {} }: Schema, path = ''): string[] {
  return Object.entries(properties).flatMap(([name, inner]) => {
    const leaf = inner.properties === undefined || 'key' in inner.properties
    return leaf ? [path + name] : fields(inner, `${path}${name}.`)
  })
}

test('the README’s table of site.yaml has every field once, and no other', () => {
  // `a.b`, `.c` in one cell are a.b and a.c.
  const named = tableRows('### site.yaml').flatMap(([cell = '']) => {
    const [first = '', ...more] = (cell.match(/`[^`]+`/g) ?? []).map(word => word.slice(1, -1))
    return [first, ...more.map(word => first.replace(/\.\w+$/, word))]
  })
  const apart = ['apiVersion', 'kind']
  const known = fields(siteJsonSchema() as Schema).filter(field => !apart.includes(field))
  expect(named.sort()).toEqual(known.sort())
})

test('the table of tenancy.yaml in bundles/README.md has every field once, and no other', () => {
  const named = tableRows('## Who uses a site: tenancy.yaml', 'bundles/README.md').flatMap(([cell = '']) =>
    (cell.match(/`[^`]+`/g) ?? []).map(word => word.slice(1, -1)),
  )
  const listed = ({ properties = {} }: Schema, path = ''): string[] =>
    Object.entries(properties).flatMap(([name, inner]) => {
      const items = (inner as { items?: Schema }).items
      const below = items?.properties === undefined ? inner : items
      const at = `${path}${name}${below === items ? '[]' : ''}`
      // As in site.yaml, the place of one value in a Secret is one field.
      const isLeaf = below.properties === undefined || 'key' in below.properties
      return isLeaf ? [at] : listed(below, `${at}.`)
    })
  const known = listed(tenancyJsonSchema() as Schema).filter(field => !['apiVersion', 'kind'].includes(field))
  expect(named.sort()).toEqual(known.sort())
})

test('the README’s table of exit codes has every code once, and no other', () => {
  // Code, meaning, an empty column, code, meaning; a cell of codes may name several.
  const cells = tableRows('## Exit codes').flatMap(([left = '', , , right = '']) => [left, right])
  const named = cells.flatMap(cell => cell.match(/\d+/g) ?? []).map(Number)
  const ascending = (a: number, b: number) => a - b
  const known = [0, ...Object.values<number>(exitCodes)]
  expect(named.sort(ascending)).toEqual(known.sort(ascending))
})

test('every `sealift VERB` that a message or a page names is there', () => {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Readonly<Record<string, { readonly hiddenAliases: readonly string[] }>>
  }
  const verbs = Object.entries(commands).flatMap(([id, { hiddenAliases }]) => [
    id.split(':')[0],
    ...hiddenAliases,
  ])
  const pages = globSync(['src/**/*.ts', '*.md', 'bundles/*.md', 'manifests/*'], { cwd: root })
  const named = pages.flatMap(page => {
    const calls = readFileSync(join(root, page), 'utf8').matchAll(/(?:^|`|: )sealift ([a-z]+)/gm)
    return [...calls].map(([, verb]) => ({ page, verb }))
  })
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(({ verb }) => !verbs.includes(verb))).toEqual([])
})
