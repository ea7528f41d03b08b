/** What helm reads, Sealift reads, and as the same: `helmShapes`, shown to helm itself. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderedObjects } from '../../src/kernel/objects/index.ts'
import { parseManifests } from '../../src/kernel/yaml/index.ts'
import { helmShapes, refused } from '../support/helm-shapes.ts'
import { goTool } from '../support/tools/build.ts'

const template = `apiVersion: v1
kind: ConfigMap
metadata: {name: shapes}
data:
{{- range $path, $_ := .Files.Glob "shapes/*" }}
  {{ base $path }}: {{ $.Files.Get $path | fromYaml | toJson | quote }}
{{- end }}
`
const chartYaml = 'apiVersion: v2\nname: shapes\nversion: 1.0.0\n'

let folder: string
let program: string
let read: Record<string, string>

const render = async () => (await execa(program, ['template', 'x', folder])).stdout

beforeAll(async () => {
  program = await goTool('helm')
  folder = await mkdtemp(join(tmpdir(), 'sealift-shapes-test-'))
  await mkdir(join(folder, 'shapes'))
  await mkdir(join(folder, 'templates'))
  await writeFile(join(folder, 'Chart.yaml'), chartYaml)
  await writeFile(join(folder, 'templates/shapes.yaml'), template)
  for (const [i, [, text]] of helmShapes.entries()) await writeFile(join(folder, `shapes/n${i}`), text)
  const [map] = parseManifests(await render()) as { data: Record<string, string> }[]
  read = map?.data ?? {}
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(helmShapes.map((shape, i) => [shape[0], shape[2], i] as const))('helm reads %s', (_, value, i) => {
  const found = JSON.parse(read[`n${i}`] ?? '')
  if (value === refused) expect(found).toEqual({ Error: expect.stringMatching(/yaml|map key/) })
  else expect(found).toEqual(value)
})

test('helm renders such documents, and they are objects', async () => {
  const bodies = helmShapes.flatMap(([, text, value], i) =>
    value === refused || text.startsWith('%') || !/^[\w{]/.test(text)
      ? []
      : [`# ${i}\n${text.startsWith('{') ? '' : `kind: Shape\nmetadata: {\n  name: n${i}\n}\n${text}`}`],
  )
  await rm(join(folder, 'shapes'), { recursive: true })
  await writeFile(join(folder, 'templates/shapes.yaml'), bodies.join('\n---\n'))
  const objects = renderedObjects('shapes', await render())
  const found = new Map(objects.map(({ title, content }) => [title, content]))
  expect(found.size).toBeGreaterThan(20)
  for (const [title, { kind, metadata, ...rest }] of found) {
    const [, , value] = helmShapes[Number(title.replace('Shape/n', ''))] ?? []
    expect([title, kind, metadata, rest]).toEqual([title, 'Shape', { name: title.slice(6) }, value])
  }
}, 60_000)
