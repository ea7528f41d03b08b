import { describe, expect, it } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../../src/kernel/ports/index.ts'
import { ensureStore, fill, prove } from '../../../../../src/site/wire/index.ts'
import { RecordingClock } from '../../../../support/recording-clock.ts'
import { rejection, siteCluster } from '../memory.ts'
import { eso, manifests, provingSite } from './proving.ts'

const scope = {
  hostAPI: 'http://infisical.infisical.svc:8080',
  namespace: 'external-secrets',
  projectSlug: 'platform-shared',
  environmentSlug: 'prod',
  secretsPath: '/sealift-probe',
}

const external = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' }
const storeKind = { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore' }

describe('prove', () => {
  it('sees a value and its change arrive, and takes everything away again', async () => {
    const needs = await provingSite()
    needs.cluster.behaviour.react = eso(needs.infisical)
    const told: string[] = []
    const proof = await prove({ ...needs, progress: detail => told.push(detail) })
    expect(proof).toEqual({ first: 0, changed: 0 })
    expect(told).toEqual(['waiting for a secret to arrive', 'waiting for its change to arrive'])
    expect(await needs.cluster.list(kinds.secret)).toEqual([])
    expect(await needs.cluster.list(external)).toEqual([])
    expect(needs.infisical.secrets.size).toBe(0)
  })

  it('takes away what proofs that were killed left in Infisical, and nothing else', async () => {
    const needs = await provingSite()
    needs.cluster.behaviour.react = eso(needs.infisical)
    const theirs = ['prod/sealift-probe/OF_A_TEAM', 'prod/elsewhere/SEALIFT_PROBE_0A0B0C0D']
    for (const name of [...theirs, 'prod/sealift-probe/SEALIFT_PROBE_0A0B0C0D'])
      needs.infisical.secrets.set(name, 'left')
    await prove(needs)
    expect([...needs.infisical.secrets.keys()]).toEqual(theirs)
  })

  it('does not take the old value for the new one', async () => {
    const needs = await provingSite()
    const first = eso(needs.infisical)
    let applied = 0
    needs.cluster.behaviour.react = async (object, cluster) => {
      applied += object.kind === 'ExternalSecret' ? 1 : 0
      if (applied === 1) await first(object, cluster)
    }
    const error = await rejection(prove(needs))
    expect(error.code).toBe('PROOF_FAILED')
    expect(error.message).toBe('its change in Infisical did not arrive in Kubernetes')
  })

  it('fails with what conditions and events say, and cleans up', async () => {
    const needs = await provingSite()
    const event = (kind: string, name: string, namespace: string, message: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `e-${name}`, namespace },
      involvedObject: { kind, name },
      reason: 'UpdateFailed',
      message,
    })
    const events = [
      event('ExternalSecret', 'sealift-probe', 'sealift-system', 'could not get secret'),
      event(
        'ClusterSecretStore',
        'infisical-store',
        'default',
        'You are not allowed\u001b[31m to describeSecret',
      ),
      event('ClusterSecretStore', 'another-store', 'default', 'not this one'),
    ]
    for (const object of events) await needs.cluster.apply(object)
    const conditions = [
      { type: 'Ready', status: 'False', reason: 'SecretSyncedError', message: 'could not get it' },
    ]
    needs.cluster.behaviour.react = async (object, cluster) => {
      if (object.kind !== 'ExternalSecret' || 'status' in object) return
      await cluster.apply({ ...object, status: { conditions } })
    }
    const error = await rejection(prove(needs))
    expect(error.code).toBe('PROOF_FAILED')
    expect(error.faults).toEqual([
      'ExternalSecret sealift-probe: Ready=False SecretSyncedError: could not get it',
      'ExternalSecret sealift-probe: event UpdateFailed: could not get secret',
      'ClusterSecretStore infisical-store: is not there',
      'ClusterSecretStore infisical-store: event UpdateFailed: You are not allowed\\u{1b}[31m to describeSecret',
    ])
    expect(needs.infisical.secrets.size).toBe(0)
    expect(await needs.cluster.list(external)).toEqual([])
  })

  it('stops when it is told to, and cleans up', async () => {
    const needs = await provingSite()
    const stop = new AbortController()
    const progress = () => stop.abort(new Error('stopped'))
    await expect(prove({ ...needs, progress, signal: stop.signal })).rejects.toThrow('stopped')
    expect(needs.infisical.secrets.size).toBe(0)
  })
})

describe('ensureStore', () => {
  const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } }

  it('applies the store with its scope and waits until it is Ready', async () => {
    const cluster = await siteCluster()
    let looks = 0
    cluster.behaviour.react = async object => {
      looks += 1
      if (looks === 2) await cluster.apply({ ...object, ...ready })
    }
    await ensureStore(cluster, manifests, scope, { clock: new RecordingClock() })
    const store = await cluster.get(storeKind, 'infisical-store')
    expect(store?.['spec']).toEqual({
      provider: {
        infisical: {
          hostAPI: scope.hostAPI,
          auth: {
            universalAuthCredentials: {
              clientId: { namespace: 'external-secrets', name: 'infisical-universal-auth', key: 'clientId' },
              clientSecret: {
                namespace: 'external-secrets',
                name: 'infisical-universal-auth',
                key: 'clientSecret',
              },
            },
          },
          secretsScope: {
            projectSlug: 'platform-shared',
            environmentSlug: 'prod',
            secretsPath: '/sealift-probe',
          },
        },
      },
    })
    expect(store?.metadata.annotations).toHaveProperty('sealift.dev/look')
  })

  it("waits for ESO's webhook, but not for other refusals", async () => {
    const cluster = await siteCluster()
    let tries = 0
    cluster.behaviour.react = async object => {
      tries += 1
      if (tries < 3) throw new Error('Internal error: failed calling webhook "validate": connection refused')
      if (tries === 3) await cluster.apply({ ...object, ...ready })
    }
    await ensureStore(cluster, manifests, scope, { clock: new RecordingClock() })
    expect(tries).toBe(4)
    await cluster.delete(kinds.clusterSecretStore, 'infisical-store')
    cluster.behaviour.react = () => {
      throw new Error('forbidden')
    }
    await expect(ensureStore(cluster, manifests, scope, { clock: new RecordingClock() })).rejects.toThrow(
      'forbidden',
    )
  })

  it('fails with PROOF_FAILED when the store stays unready', async () => {
    const error = await rejection(
      ensureStore(await siteCluster(), manifests, scope, { clock: new RecordingClock() }),
    )
    expect(error.code).toBe('PROOF_FAILED')
    expect(error.message).toBe('ClusterSecretStore infisical-store did not become Ready')
  })
})

describe('fill', () => {
  it('fills after parsing: a value cannot become structure', () => {
    const hostile = 'x\n  evil: true'
    const filled = fill(manifests.probeExternalSecret, {
      ...{ name: hostile, namespace: 'n', key: 'k', sync: 's', store: 'infisical-store' },
    })
    expect(filled.metadata.name).toBe(hostile)
    expect(Object.keys(filled.metadata)).toEqual(['name', 'namespace', 'labels', 'annotations'])
  })

  it('refuses a placeholder without a value', () => {
    expect(() => fill(manifests.clusterSecretStore, {})).toThrow('no value for hostAPI')
  })
})
