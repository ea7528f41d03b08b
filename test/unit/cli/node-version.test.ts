/** The Node that a checkout runs on: an old one is named before anything of the program is asked for. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { satisfies } from 'semver'
import { expect, test } from 'vitest'
import { compilingStart } from '../../../scripts/compiling/index.ts'
import { unfitNode } from '../../../src/cli/node-version.ts'

const root = join(import.meta.dirname, '..', '..', '..')

test.each([
  ...['18.20.8', '20.20.2', '22.22.0', '23.11.1', '24.0.0', '24.14.1', '24.15.0', '24.21.0'],
  ...['25.0.0', '25.9.0', '26.0.0', '26.3.1', '28.0.0'],
])('Node %s is what package.json says of it', version => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const said = unfitNode(version)
  expect(said === undefined).toBe(satisfies(version, engines.node))
  if (said !== undefined) expect(said).toContain(`, and this is Node ${version}\n`)
})

test('bin.js ends on an old Node with that sentence, where nothing else of it can run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sealift-old-node-'))
  try {
    const bin = join(folder, 'bin.mjs')
    await build({ ...compilingStart, absWorkingDir: root, entryPoints: ['src/bin.ts'], outfile: bin })
    const old = join(folder, 'old.mjs')
    await writeFile(
      old,
      `Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } })
       process.getBuiltinModule = undefined`,
    )
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', old, bin, 'lock'], {
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: unfitNode('18.20.8') })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
