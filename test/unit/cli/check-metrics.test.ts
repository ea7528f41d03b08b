import { describe, expect, it, test } from 'vitest'
import { checkLine } from '../../../src/cli/check-line.ts'
import { checkMetrics, metricsFlag } from '../../../src/cli/check-metrics.ts'
import { checkText } from '../../../src/cli/check-text.ts'
import { sampleCheck } from '../../support/sample-check.ts'

const now = Date.parse('2026-11-30T08:00:00.500Z')
const lines = (found = sampleCheck) => checkMetrics(found, now).split('\n')
const mebi = 1048576

describe('checkMetrics', () => {
  it('has base units, a HELP and a TYPE, and ends with a new line', () => {
    const text = checkMetrics(sampleCheck, now)
    expect(text).toMatch(/^# HELP sealift_check_success .*\n# TYPE sealift_check_success gauge\n/)
    expect(text.endsWith('\n')).toBe(true)
    const infisical = `site="bank-prod",chart="infisical-standalone",object="Deployment/infisical",container="infisical"`
    for (const line of [
      'sealift_check_success{site="bank-prod"} 1',
      'sealift_check_timestamp_seconds{site="bank-prod"} 1796025600.5',
      'sealift_check_verdict_success{site="bank-prod",verdict="infisical/api"} 1',
      `sealift_budget_memory_bytes{site="bank-prod"} ${640 * mebi}`,
      'sealift_budget_cpu_cores{site="bank-prod"} 0.3',
      'sealift_budget_observed_fits{site="bank-prod"} 0',
      `sealift_container_working_set_bytes{${infisical}} ${668 * mebi}`,
      `sealift_container_peak_memory_bytes{${infisical}} ${935 * mebi}`,
      `sealift_container_limit_memory_bytes{${infisical}} ${1000 * mebi}`,
      `sealift_container_restarts_total{${infisical}} 0`,
      'sealift_external_secrets{site="bank-prod"} 0',
    ])
      expect(lines()).toContain(line)
  })

  it('leaves out what is not known, names and all', () => {
    const { syncs: _, budget, ...rest } = sampleCheck
    const { allocatable: __, ...account } = budget
    const rows = budget.rows.map(({ observed, peak, since, limit, restarts, ...row }) => row)
    const text = checkMetrics({ ...rest, ok: false, budget: { ...account, rows } }, now)
    expect(text).not.toMatch(
      /observed_memory|allocatable|peak|working_set|restarts|limit|external_secrets|NaN|undefined/,
    )
    expect(text).toContain('sealift_check_success{site="bank-prod"} 0')
  })

  it('escapes what others have named', () => {
    const verdicts = [{ id: 'node/a"b\\c\nd', ok: false, message: '' }]
    expect(lines({ ...sampleCheck, verdicts })).toContain(
      String.raw`sealift_check_verdict_success{site="bank-prod",verdict="node/a\"b\\c\nd"} 0`,
    )
  })
})

test('a file that the collector would not read is refused', async () => {
  const parse = (path: string) => metricsFlag().parse(path, {} as never, {} as never)
  expect(await parse('/var/lib/x/sealift.prom')).toBe('/var/lib/x/sealift.prom')
  await expect(parse('sealift.txt')).rejects.toThrow('.prom')
})

test('one line says whether it works, what does not, and the budget', () => {
  expect(checkLine(sampleCheck)).toBe(
    'bank-prod: all 2 things as they should be; budget 755Mi of 640Mi, 38m of 300m: over by 115Mi',
  )
  const bad = { ...sampleCheck, ok: false, verdicts: [{ id: 'eso/sync', ok: false, message: 'a\nb' }] }
  const history = { observations: 4, since: 'a', until: 'b', least: 0, most: 1, before: 760 * mebi }
  expect(checkLine({ ...bad, history })).toBe(
    'bank-prod: 1 of 1 things not as they should be (eso/sync); budget 755Mi of 640Mi, 38m of 300m: over by 115Mi, -5Mi since the last of 3',
  )
  const unmeasured = { ...sampleCheck.budget, rows: [] }
  expect(checkLine({ ...sampleCheck, budget: unmeasured, history })).toMatch(/; budget not measured$/)
})

test('the whole text has each verdict, what to do, the table and its sources', () => {
  const verdicts = [{ id: 'x', ok: false, message: 'no', hint: 'do' }]
  const history = { observations: 4, since: '2026', until: 'b', least: 600 * mebi, most: 612 * mebi }
  const text = checkText({ ...sampleCheck, verdicts, history })
  expect(text).toContain('✖ x: no\n    → do\n\n')
  expect(text).toContain('history: 4 observed since 2026, 600Mi to 612Mi\n\nwhere the figures come from:\n')
})
