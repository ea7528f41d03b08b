/** What the tests of refusals share: folders with a spec, registries that misbehave, and what every refusal has. */
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { type FaultyOptions, type FaultyRegistry, startFaultyRegistry } from './faulty-registry.ts'
import type { Finished } from './road.ts'
import { goTool } from './tools/build.ts'

/** A registry that is nobody's: where its mirror fails, no other place is reached. */
export const nobody = 'registry.invalid'

/** A spec that is right in every field: a chart without images beside it, and one image. */
export const rightSpec = {
  apiVersion: 'sealift.dev/v1',
  kind: 'Bundle',
  metadata: { name: 'small', version: '1.0.0' },
  kubernetes: '1.36.0',
  charts: [{ name: 'app', path: 'chart', version: '1.0.0', release: 'app', namespace: 'apps' }],
  images: [`${nobody}/team/app:oci`],
  tools: [{ name: 'helm', version: 'v4.3.1', path: 'helm' }],
  budget: { memory: '1Mi', cpu: '1m' },
}

/** A working folder, and the registries of its runs. */
export interface Refusals {
  at(...path: string[]): string
  /** Starts a registry of its own for a run; `flags` lead {@link nobody}'s images to it. */
  registry(name: string, options: FaultyOptions): Promise<{ server: FaultyRegistry; flags: string[] }>
  /** Writes a folder with bundle.yaml, its chart and helm; gives its path. */
  spec(name: string, content: object): Promise<string>
  stop(): Promise<void>
}

/** Makes the folder. */
export async function startRefusals(): Promise<Refusals> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-refused-'))
  const helm = await goTool('helm')
  const servers: FaultyRegistry[] = []
  const at = (...path: string[]) => join(dir, ...path)
  return {
    at,
    async registry(name, options) {
      const server = await startFaultyRegistry(options)
      servers.push(server)
      const mirrors = { [nobody]: { endpoint: [`http://${server.host}`] } }
      await writeFile(at(`${name}.yaml`), printYaml({ mirrors }))
      return { server, flags: ['--registries', at(`${name}.yaml`)] }
    },
    async spec(name, content) {
      await mkdir(at(name, 'chart'), { recursive: true })
      await writeFile(at(name, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n')
      await writeFile(at(name, 'bundle.yaml'), printYaml(content))
      await link(helm, at(name, 'helm'))
      return at(name)
    },
    async stop() {
      for (const server of servers) await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Holds a run to what every refusal has: its code, a line with each of the words, one error, and no stack trace. */
export function expectRefusal(
  { exitCode, stdout, stderr }: Finished,
  exit: number,
  words: readonly RegExp[],
): void {
  expect([exitCode, stdout]).toEqual([exit, ''])
  for (const one of words) expect(stderr.split('\n')).toContainEqual(expect.stringMatching(one))
  expect(stderr.match(/^Error: /gm)).toHaveLength(1)
  expect(stderr).not.toMatch(/\n\s+at /)
}
