import { expect, test } from 'vitest'
import { triedText } from '../../../src/cli/ci-text.ts'

test('who gets in is a line a case, with the rule that decides, and whose rules they are', () => {
  const cases = [
    { name: 'main', admitted: true, rule: 'iss, aud fit', assumed: [] },
    { name: 'a fork', admitted: false, rule: 'ref is x, and must be y', assumed: ['iss https://x'] },
  ]
  const lines = triedText({ identity: 'ci', rules: 'file', cases }).split('\n')
  expect(lines).toEqual([
    'who gets in as ci, as the file says:',
    '     who     because',
    '───  ──────  ───────────────────────',
    'yes  main    iss, aud fit',
    'no   a fork  ref is x, and must be y',
    'a fork says nothing of what is taken for: iss https://x',
  ])
  expect(triedText({ identity: 'ci', rules: 'server', cases })).toContain('as the server has it now:')
})
