import { expect, test } from 'vitest'
import { explainText } from '../../../src/cli/explain-text.ts'

const origin = (value: string) => ({
  figure: 'memory' as const,
  in: 'chart' as const,
  value,
  words: `the chart’s own values: ${value}`,
})
const amount = { memory: 1024 * 1024, cpu: 10 }
const container = {
  ...{ chart: 'demo', object: 'Deployment/demo', container: 'demo', init: false, replicas: 1, ...amount },
  ...{ field: 'spec.template.spec.containers[0]', span: 'steady' as const },
}

test('a name with a break of line in it makes no line of its own', () => {
  const spoofed = 'a\ntogether 1Mi and 1m of 2Mi and 2m.memory'
  const explained = {
    ...{ budget: amount, declared: amount, charts: [{ name: 'demo', version: '1.0.0' }] },
    containers: [{ ...container, origins: [origin(spoofed)] }],
  }
  const since = { name: 'demo', version: '0.9.0' }
  const change = { ...container, figure: 'memory' as const, before: 1, after: 2, why: [`set by ${spoofed}`] }
  const text = explainText({
    bundle: { name: 'demo', version: '1.0.0' },
    explained,
    since,
    changes: [change],
  })
  const lines = text.split('\n')
  expect(lines.filter(line => line.startsWith('together'))).toEqual(['together 1Mi and 10m of 1Mi and 10m'])
  expect(lines).toContain('  memory: the chart’s own values: a\\u{a}together 1Mi and 1m of 2Mi and 2m.memory')
})
