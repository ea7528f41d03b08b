import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { ownDatabase, readyDatabase } from '../../../../../src/site/wire/index.ts'
import { memorySetting } from '../../../../support/cloudnativepg/setting.ts'
import { rejection } from '../memory.ts'

const metadata = { name: 'postgres-cluster-infisical', namespace: 'databases' }

test.each([kinds.cnpgRole, kinds.cnpgDatabase])(
  'what an operator finds fault with is asked for again, though it is there: $kind',
  async kind => {
    const { services, cluster, operator } = await memorySetting()
    const own = await ownDatabase(services(), undefined)
    await readyDatabase(services(), own, 20)
    const fault = () =>
      cluster.applyAs('cnpg-status', {
        ...kind,
        metadata,
        status: { applied: false, message: 'out of order' },
      })
    await fault()
    expect(await readyDatabase(services(), own, 20)).toEqual({ role: 'unchanged', database: 'unchanged' })
    expect(await cluster.get(kind, metadata.name, metadata.namespace)).toMatchObject({
      status: { applied: true },
    })
    await fault()
    operator.down = true
    const error = await rejection(readyDatabase(services(), own, 20))
    expect([error.code, error.message]).toEqual(['DATABASE_UNFIT', expect.stringMatching(/: out of order$/)])
  },
)

test('an operator that is down and refuses objects is told as what it is', async () => {
  const { services, cluster } = await memorySetting()
  const own = await ownDatabase(services(), undefined)
  cluster.behaviour.react = ({ kind }) => {
    if (kind === 'Database')
      throw new SealiftError(
        'CLUSTER_FAILED',
        'cannot patch databases: failed calling webhook "vdatabase.cnpg.io"',
      )
  }
  const error = await rejection(readyDatabase(services(), own, 20))
  expect([error.code, error.hints.join()]).toEqual(['CLUSTER_FAILED', expect.stringContaining('is it up?')])
})
