/** How Infisical and ESO are found again on a site whose lock does not say which charts are wired. */

import { expect, test } from 'vitest'
import { whereWired } from '../../../../src/kernel/access/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { siteCluster } from '../../site/wire/memory.ts'

const keys = secretObject('infisical', 'infisical-secrets', {})
const service = { ...kinds.service, metadata: { name: 'infisical', namespace: 'infisical' } }
const credentials = secretObject('external-secrets', 'infisical-universal-auth', {})
const universalAuthCredentials = { clientId: { namespace: 'external-secrets' } }
const store = {
  ...kinds.clusterSecretStore,
  metadata: { name: 'infisical-store' },
  spec: { provider: { infisical: { auth: { universalAuthCredentials } } } },
}
const hostAPI = 'http://infisical.infisical.svc:8080'
const pointing = {
  ...store,
  spec: { provider: { infisical: { hostAPI, auth: { universalAuthCredentials } } } },
}
const moved = { ...pointing, metadata: { name: 'sealift-probe' } }
const elsewhere = {
  ...pointing,
  spec: {
    provider: {
      infisical: { hostAPI, auth: { universalAuthCredentials: { clientId: { namespace: 'somebodys' } } } },
    },
  },
}
const planted = [
  secretObject('external-secrets', 'infisical-secrets', { ENCRYPTION_KEY: 'planted' }),
  { ...kinds.service, metadata: { name: 'infisical', namespace: 'external-secrets' } },
]
const two = ['infisical', 'external-secrets']
const three = [...two, 'databases']
const eso = { externalSecrets: 'external-secrets' }
const both = { infisical: 'infisical', externalSecrets: 'external-secrets' }

test.each([
  ['what was made in both', three, [keys, credentials], both],
  ['the Service, where the keys are gone', three, [service, credentials], both],
  ['what the store names', three, [keys, store], both],
  ['the one that is left of two', two, [keys], both],
  ['nothing more where three could be it', three, [keys], { infisical: 'infisical' }],
  ['the store of the install, under its other name', two, [moved], both],
  ['the store alone', two, [store], { externalSecrets: 'external-secrets' }],
  [
    'the store, whatever lies elsewhere',
    ['external-secrets', 'infisical'],
    [pointing, keys, ...planted],
    both,
  ],
  ['the store, where only what somebody planted is left', two, [pointing, ...planted], both],
  ['the bundle, where a store names a namespace of somebody else', two, [elsewhere, keys], both],
  ['neither of two without a store', two, [keys, service, credentials, ...planted], eso],
  ['nothing at all', two, [], {}],
])('by %s', async (_, namespaces, objects, found) => {
  expect(await whereWired(await siteCluster(...objects), namespaces)).toEqual(found)
})
