import * as z from 'zod'
import type { KubernetesAuth, KubernetesAuthServer, Secret } from '../../kernel/ports/index.ts'
import type { Api, Call } from './api.ts'

const list = z
  .string()
  .nullish()
  .transform(text => (text ? text.split(',').map(one => one.trim()) : []))
const attached = z.object({
  identityKubernetesAuth: z.object({
    kubernetesHost: z.string(),
    caCert: z.string().nullish(),
    // A server that does not know it verifies whatever has a CA.
    verifyTlsCertificate: z.boolean().nullish(),
    allowedNames: list,
    allowedNamespaces: list,
    allowedAudience: z.string().nullish(),
    accessTokenTTL: z.number(),
    accessTokenMaxTTL: z.number(),
  }),
})

/**
 * Kubernetes auth. Attaching is recorded; reading, changing and revoking are not: their paths and shapes are those of
 * upstream's identity-kubernetes-auth-router (v1) of 2026-07.
 */
export function createKubernetesAuth(api: Api, token: Secret): KubernetesAuthServer {
  const call = (method: Call['method'], identityId: string) => ({
    ...{ method, token },
    path: `/api/v1/auth/kubernetes-auth/identities/${encodeURIComponent(identityId)}`,
  })
  const send = async (method: Call['method'], identityId: string, auth: KubernetesAuth) => {
    await api.expect({ ...call(method, identityId), body: bodyOf(auth) }, z.unknown())
  }
  return {
    async get(identityId) {
      const { identityKubernetesAuth: auth } = await api.expect(call('GET', identityId), attached)
      return {
        host: auth.kubernetesHost,
        // One that is not looked at is none.
        ca: auth.verifyTlsCertificate === false ? '' : (auth.caCert ?? ''),
        names: auth.allowedNames,
        namespaces: auth.allowedNamespaces,
        audience: auth.allowedAudience ?? '',
        ...{ ttl: auth.accessTokenTTL, maxTtl: auth.accessTokenMaxTTL },
      }
    },
    attach: (identityId, auth) => send('POST', identityId, auth),
    change: (identityId, auth) => send('PATCH', identityId, auth),
    async revoke(identityId) {
      await api.expect(call('DELETE', identityId), z.unknown())
    },
  }
}

function bodyOf({ host, ca, names, namespaces, audience, ttl, maxTtl }: KubernetesAuth): object {
  return {
    ...{ kubernetesHost: host, caCert: ca, verifyTlsCertificate: true },
    ...{
      allowedNames: names.join(', '),
      allowedNamespaces: namespaces.join(', '),
      allowedAudience: audience,
    },
    ...{ accessTokenTTL: ttl, accessTokenMaxTTL: maxTtl },
  }
}
