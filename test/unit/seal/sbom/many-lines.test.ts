import { execa } from 'execa'
import { expect, test } from 'vitest'

const room = new URL('../../../../src/seal/sbom/index.ts', import.meta.url).href
const program = `
  import { readSbom } from ${JSON.stringify(room)}
  const head = 'SPDXVersion: SPDX-2.3\\nPackageName: app\\n'
  const bytes = Buffer.concat([Buffer.from(head), Buffer.alloc(32_000_000, 'abc\\n')])
  const { format, packages } = readSbom(bytes, 'text/spdx')
  process.stdout.write(format + ', ' + packages)`

test('a document of eight million lines is read within little more than its own size', async () => {
  // A process that needs more memory ends with an error.
  const words = ['--max-old-space-size=128', '--input-type=module', '-e', program]
  const { stdout } = await execa(process.execPath, words)
  expect(stdout).toBe('SPDX 2.3, 1')
})
