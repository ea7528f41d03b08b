import { expect, test } from 'vitest'
import { judgeRelease } from '../../../../src/site/compatibility/releases.ts'

const name = { release: 'web', namespace: 'web' }
const cluster = { get: async () => undefined }
const helm = (status: string) => ({
  status: async () => ({ revision: 2, status, chart: 'web', version: '1.0.0', manifest: '' }),
})

test.each([
  ['deployed', 'yes'],
  ['pending-upgrade', 'no'],
  ['pending-rollback', 'no'],
  ['uninstalling', 'no'],
  ['failed', 'doubt'],
  ['superseded', 'doubt'],
])('a release that is %s: %s', async (status, ok) => {
  const [state] = await judgeRelease(cluster, helm(status), name)
  expect(state).toMatchObject({ id: 'release/state/web', ok })
})

test('a release that is not there says nothing', async () => {
  expect(await judgeRelease(cluster, { status: async () => undefined }, name)).toEqual([])
})
