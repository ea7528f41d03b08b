/** The real sops and an age identity of its own, in a folder that the test removes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { createSops } from '../../src/adapters/sops/index.ts'
import type { Sops, SopsFormat } from '../../src/kernel/ports/index.ts'
import { goTool } from './tools/build.ts'

export interface RealSops {
  readonly program: string
  readonly folder: string
  readonly sops: Sops
  /** What its environment needs to find the identity. */
  readonly environment: { readonly SOPS_AGE_KEY_FILE: string }
  /**
   * Encrypts a text in a form, with further words for sops, into a file of the folder, whatever its name; gives its path.
   * `refused` is the exit code when sops does not.
   */
  encrypt(
    name: string,
    format: SopsFormat,
    plain: string | Uint8Array,
    words?: readonly string[],
  ): Promise<string>
  dispose(): Promise<void>
}

export async function realSops(): Promise<RealSops> {
  const [program, age] = await Promise.all([goTool('sops'), goTool('age')])
  const folder = await mkdtemp(join(tmpdir(), 'sealift-sops-'))
  const identity = join(folder, 'identity.txt')
  const keygen = join(dirname(age), 'age-keygen')
  await execa(keygen, ['-o', identity])
  const { stdout: recipient } = await execa(keygen, ['-y', identity])
  const environment = { SOPS_AGE_KEY_FILE: identity }
  return {
    program,
    folder,
    sops: createSops({ program, environment }),
    environment,
    async encrypt(name, format, plain, words = []) {
      const path = join(folder, name)
      await writeFile(path, plain)
      const types = ['--input-type', format, '--output-type', format]
      await execa(program, ['encrypt', '--age', recipient, ...types, ...words, '--in-place', path])
      return path
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Changes a file that lies there. */
export async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')))
}
