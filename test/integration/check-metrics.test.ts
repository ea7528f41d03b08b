/** What `check --metrics` writes, read by Prometheus's own parser and held to its rules for names. */
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { checkMetrics } from '../../src/cli/check-metrics.ts'
import { sampleCheck } from '../support/sample-check.ts'
import { goTool } from '../support/tools/build.ts'

const lint = async (text: string) => {
  const { exitCode, stdout } = await execa(await goTool('promlint'), [], { input: text, reject: false })
  return { exitCode, stdout }
}

test('Prometheus reads it, and finds nothing to say', async () => {
  expect(await lint(checkMetrics(sampleCheck, Date.now()))).toEqual({ exitCode: 0, stdout: '' })
})

test('whatever things are called', async () => {
  const verdicts = [{ id: 'node/"a\\b\nc\u2028d{}', ok: false, message: 'x' }]
  expect(await lint(checkMetrics({ ...sampleCheck, verdicts }, 0))).toEqual({ exitCode: 0, stdout: '' })
})

test('a name that is not as Prometheus asks would be told', async () => {
  const { exitCode, stdout } = await lint(
    '# TYPE sealift_memory_megabytes gauge\nsealift_memory_megabytes 1\n',
  )
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('help')])
})
