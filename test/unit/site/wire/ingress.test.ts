/** What is said of an Ingress's class and certificate before an install and afterwards. */
import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { ingressFaults } from '../../../../src/site/wire/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { siteCluster } from './memory.ts'

let cluster: MemoryCluster
beforeEach(async () => {
  cluster = await siteCluster()
})

const host = 'infisical.bank.local'
const said = async (ingress?: { host: string; className?: string; tlsSecret?: string }) =>
  (await ingressFaults(cluster, { ingress }, 'infisical')).map(({ message, hint }) => [message, hint])
const ingressClass = (name: string, isDefault?: string) =>
  cluster.apply({
    ...kinds.ingressClass,
    metadata: {
      name,
      ...(isDefault ? { annotations: { 'ingressclass.kubernetes.io/is-default-class': isDefault } } : {}),
    },
  })

test('a site without an Ingress lacks nothing', async () => expect(await said()).toEqual([]))

test('a class that is named must be there; those that are, are told', async () => {
  await ingressClass('nginx')
  const hint = 'set ingress.className in the site file to one that is there: nginx'
  expect(await said({ host, className: 'traefik' })).toEqual([['there is no IngressClass traefik', hint]])
  await ingressClass('traefik')
  expect(await said({ host, className: 'traefik' })).toEqual([])
})

test('where none is named, one must be the default', async () => {
  const fault = 'no IngressClass is the default, and the site file names none'
  const hint = 'set ingress.className in the site file to one that is there: '
  expect(await said({ host })).toEqual([[fault, `${hint}none is`]])
  await ingressClass('traefik', 'false')
  expect(await said({ host })).toEqual([[fault, `${hint}traefik`]])
  await ingressClass('traefik', 'true')
  expect(await said({ host })).toEqual([])
})

test('an Ingress that is there says itself which class it has; one of another host says nothing', async () => {
  await ingressClass('traefik', 'true')
  const ingress = (of: string) => ({
    ...kinds.ingress,
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { ingressClassName: 'nginx', rules: [{ host: of }] },
  })
  await cluster.apply(ingress('other.bank.local'))
  expect(await said({ host })).toEqual([])
  await cluster.apply(ingress(host))
  expect((await said({ host }))[0]?.[0]).toBe('there is no IngressClass nginx')
})

test.each([
  [undefined, {}, 'there is no Secret infisical/tls'],
  [
    'Opaque',
    { 'tls.crt': 'Yw==', 'tls.key': 'aw==' },
    'Secret infisical/tls is no TLS Secret: it is of type Opaque',
  ],
  ['kubernetes.io/tls', { 'tls.key': 'aw==' }, 'Secret infisical/tls is no TLS Secret: it has no tls.crt'],
  [
    'kubernetes.io/tls',
    { 'tls.crt': '', 'tls.key': '' },
    'Secret infisical/tls is no TLS Secret: it has no tls.crt and no tls.key',
  ],
])('a certificate of type %s with %j', async (type, data, fault) => {
  await ingressClass('traefik', 'true')
  const metadata = { name: 'tls', namespace: 'infisical' }
  if (type !== undefined) await cluster.apply({ ...kinds.secret, metadata, type, data })
  const hint = 'make it: kubectl -n infisical create secret tls tls --cert=FILE --key=FILE'
  expect(await said({ host, tlsSecret: 'tls' })).toEqual([[fault, hint]])
  await cluster.apply({
    ...kinds.secret,
    metadata,
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': 'Yw==', 'tls.key': 'aw==' },
  })
  expect(await said({ host, tlsSecret: 'tls' })).toEqual([])
})
