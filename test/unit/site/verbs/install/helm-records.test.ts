import { expect, test } from 'vitest'
import { forgetUnfinished } from '../../../../../src/site/verbs/install/helm-records.ts'

async function forget(status: string | undefined) {
  const deleted: string[] = []
  const found = status === undefined ? undefined : { revision: 3, status }
  const cluster = { delete: async (_: unknown, name: string) => void deleted.push(name) }
  const forgotten = await forgetUnfinished('eso', 'ns', found, cluster)
  return { forgotten, deleted }
}

test.each(['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'])(
  'a revision killed in %s is forgotten',
  async status => {
    expect(await forget(status)).toEqual({ forgotten: true, deleted: ['sh.helm.release.v1.eso.v3'] })
  },
)

test.each(['deployed', 'failed', 'superseded', undefined])('one that is %s is left alone', async status => {
  expect(await forget(status)).toEqual({ forgotten: false, deleted: [] })
})
