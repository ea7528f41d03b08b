import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import { installOn } from '../memory-site.ts'
import { memoryWorld } from '../memory-world.ts'

const denied = new SealiftError('CLUSTER_DENIED', 'not allowed', {
  hints: ['the cluster says: exceeded quota'],
})

test('pods that would be refused end an install before helm; what only may be is a warning', async () => {
  const { cluster, helm, host } = await memoryWorld()
  const refuse = (error: SealiftError) => {
    cluster.behaviour.admit = ({ kind }) => {
      if (kind === kinds.pod.kind) throw error
    }
  }
  refuse(denied)
  await expect(installOn(host, '1.0.0')).rejects.toMatchObject({
    code: 'HELM_FAILED',
    faults: ['Deployment infisical: its pod would be refused: the cluster says: exceeded quota'],
  })
  expect(helm.calls).toEqual([])
  refuse(new SealiftError('CLUSTER_FAILED', 'admission webhook "x" does not support dry run'))
  const talk = recordedTalk()
  await installOn(host, '1.0.0', {}, talk)
  expect(helm.calls).toEqual(['upgrade demo', 'upgrade eso'])
  expect(talk.told).toEqual(
    ['infisical', 'external-secrets'].map(
      name =>
        `warning: Deployment ${name}: whether its pod would be let in is not known: admission webhook "x" does not support dry run`,
    ),
  )
})
