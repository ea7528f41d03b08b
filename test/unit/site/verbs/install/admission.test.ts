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
    faults: expect.arrayContaining([
      expect.stringMatching(
        /^Deployment (infisical|external-secrets): its pod would be refused: the cluster says: exceeded quota$/,
      ),
    ]),
  })
  expect(helm.calls).toEqual([])
  refuse(new SealiftError('CLUSTER_FAILED', 'admission webhook "x" does not support dry run'))
  const talk = recordedTalk()
  await installOn(host, '1.0.0', {}, talk)
  expect(helm.calls.sort()).toEqual(['upgrade demo', 'upgrade eso'])
  expect(talk.told.filter(line => line.includes('let in')).sort()).toEqual(
    ['external-secrets', 'infisical'].map(
      name =>
        `warning: Deployment ${name}: whether its pod would be let in is not known: admission webhook "x" does not support dry run`,
    ),
  )
})

test('an image that the chart wants on this cluster and the bundle does not carry is told before helm waits for it', async () => {
  const { helm, host } = await memoryWorld()
  const { upgrade } = helm
  const talk = recordedTalk()
  let before: string[] = []
  helm.upgrade = (...request) => {
    if (request[0].release === 'demo')
      before = talk.told.filter(line => line.includes('Deployment/infisical'))
    return upgrade(...request)
  }
  await installOn(host, '1.0.0', {}, talk)
  expect(before).toEqual([
    expect.stringContaining(
      'warning: Deployment/infisical: r.io/infisical:1 is not in the bundle; where the cluster has an API',
    ),
  ])
})

test('a chart that refuses to be an upgrade of what is not there is installed; later on it is a fault', async () => {
  const { helm, host } = await memoryWorld()
  helm.render = () => Promise.reject(new SealiftError('RENDER_FAILED', 'nothing to upgrade'))
  await installOn(host, '1.0.0')
  expect(helm.calls.sort()).toEqual(['upgrade demo', 'upgrade eso'])
  await expect(installOn(host, '1.0.0')).rejects.toMatchObject({ code: 'RENDER_FAILED' })
})
