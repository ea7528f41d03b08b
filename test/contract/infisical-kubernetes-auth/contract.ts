/** What holds for Kubernetes auth of identities, in memory and at a server. */
import { expect, it } from 'vitest'
import { statusOf } from '../../../src/kernel/access/index.ts'
import type { KubernetesAuth, KubernetesAuthServer, TenancyServer } from '../../../src/kernel/ports/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

/** Both ports of one server, and the CA of an API server that it reaches as kubernetes.default.svc. */
export interface KubernetesAuthSetting {
  readonly server: KubernetesAuthServer
  readonly tenancy: TenancyServer
  readonly ca: string
}

/** The suite; `open` gives the setting, whose server is kept. */
export function kubernetesAuthContract(title: string, open: () => KubernetesAuthSetting): void {
  const auth = (more: Partial<KubernetesAuth> = {}): KubernetesAuth => ({
    ...{ host: 'https://kubernetes.default.svc', ca: open().ca.trim() },
    ...{ names: ['eso', 'other'], namespaces: ['external-secrets'], audience: '' },
    ...{ ttl: 3600, maxTtl: 86_400, ...more },
  })
  const methods = async (id: string) =>
    (await open().tenancy.identities()).find(identity => identity.id === id)?.authMethods

  it(`${title}: is attached once, read as it was written, changed, and taken away`, async () => {
    const { server, tenancy } = open()
    const id = await tenancy.createIdentity('with-kubernetes')
    expect(await methods(id)).toEqual([])
    expect(statusOf(await rejection(server.get(id)))).toBe(400)
    await server.attach(id, auth())
    expect(await methods(id)).toEqual(['kubernetes-auth'])
    expect(await server.get(id)).toEqual(auth())
    expect(statusOf(await rejection(server.attach(id, auth())))).toBe(400)
    await server.change(id, auth({ names: ['eso'], audience: 'infisical' }))
    expect(await server.get(id)).toEqual(auth({ names: ['eso'], audience: 'infisical' }))
    await server.revoke(id)
    expect(await methods(id)).toEqual([])
    expect(statusOf(await rejection(server.revoke(id)))).toBe(400)
  })
}
