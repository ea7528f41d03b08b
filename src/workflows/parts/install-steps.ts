import type { Bundle } from '../../bundle/index.ts'
import { noteBegun, noteBrought, type Step } from '../../install/index.ts'
import { isLoaded, loadImages } from '../../load/index.ts'
import { type Helm, kinds, type SiteHost, type Talk } from '../../ports/index.ts'
import type { Site } from '../../spec/index.ts'
import {
  adminSession,
  claimNamespace,
  ensureAdmin,
  ensureStore,
  ensureTenancy,
  keysSecretName,
  probeScope,
  prove,
  readManifests,
  serviceUrl,
  storeName,
} from '../../wire/index.ts'
import { releaseSteps } from './release-steps.ts'
import { wireServices } from './services.ts'
import { type Wired, withInfisical } from './wired.ts'

/** What the steps work with. */
export interface Installation {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  readonly helm: Helm
  readonly host: SiteHost
  readonly talk: Talk
}

/** The install's steps, in order. Each can be run again; those that others rest on say whether they hold. */
export async function installSteps(installation: Installation): Promise<Step[]> {
  const { bundle, wired, host, talk, site } = installation
  const { cluster, clock, random } = host
  const { infisical, externalSecrets, spec } = wired
  const manifests = await readManifests(host.files, host.manifests)
  const patience = (say: (detail: string) => void) => ({ clock, signal: talk.signal, progress: say })
  const namespaces = [...new Set(spec.charts.map(({ namespace }) => namespace))]
  return [
    {
      id: 'namespaces',
      title: 'Make namespaces',
      async run() {
        for (const name of namespaces) await claimNamespace(cluster, name)
        return namespaces.join(', ')
      },
    },
    {
      id: 'images',
      title: 'Load images into containerd',
      holds: async () => host.runtime !== undefined && isLoaded(host.runtime, bundle, host.platform),
      async run(say) {
        const { runtime, platform } = host
        if (!runtime) throw new Error('the runtime was looked for before the first step')
        const onProgress = talk.progressOn({ update: say })
        const { loaded, present } = await loadImages({
          bundle,
          runtime,
          platform,
          signal: talk.signal,
          onProgress,
          announce: missing =>
            noteBrought(
              cluster,
              missing.map(({ name, descriptor: { digest } }) => ({ name, digest })),
            ),
        })
        return `${loaded.length} loaded, ${present.length} there before, all pinned`
      },
    },
    {
      id: 'database',
      title: 'Prepare database and keys',
      holds: async () => (await cluster.get(kinds.secret, keysSecretName, infisical.namespace)) !== undefined,
      async run() {
        // The first step after which an older bundle may not find its database as it left it.
        await noteBegun(cluster, bundle.lock.metadata, site.metadata.name)
        return wireServices(installation)
      },
    },
    ...releaseSteps(installation),
    {
      id: 'bootstrap',
      title: 'Set Infisical up',
      run: () =>
        withInfisical(host, infisical.namespace, async server => {
          const { organization, admin } = site
          const { bootstrapped } = await ensureAdmin({
            cluster,
            infisical: server,
            random,
            email: admin.email,
            organization,
          })
          return bootstrapped ? `organisation ${organization}, admin ${admin.email}` : 'was set up before'
        }),
    },
    {
      id: 'store',
      title: 'Wire External Secrets Operator to Infisical',
      holds: async () => (await cluster.get(kinds.clusterSecretStore, storeName)) !== undefined,
      run: say =>
        withInfisical(host, infisical.namespace, async server => {
          const session = await adminSession(cluster, server)
          await ensureTenancy({ cluster, infisical: server, session, namespace: externalSecrets.namespace })
          const scope = {
            hostAPI: serviceUrl(infisical.namespace),
            namespace: externalSecrets.namespace,
            projectSlug: probeScope.project,
            environmentSlug: probeScope.environment,
            secretsPath: probeScope.path,
          }
          await ensureStore(cluster, manifests, scope, patience(say))
          return `ClusterSecretStore ${storeName} is ready`
        }),
    },
    {
      id: 'proof',
      title: 'Prove it: a secret from Infisical to Kubernetes',
      holds: async () => false, // a proof is of now
      run: say =>
        withInfisical(host, infisical.namespace, async server => {
          const session = await adminSession(cluster, server)
          const place = await ensureTenancy({
            cluster,
            infisical: server,
            session,
            namespace: externalSecrets.namespace,
          })
          const { first, changed } = await prove({
            cluster,
            session,
            random,
            manifests,
            place,
            ...patience(say),
          })
          return `arrived after ${first} ms; changed in Infisical, changed in Kubernetes after ${changed} ms`
        }),
    },
  ]
}
