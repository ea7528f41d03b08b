import { adminSession, probeScope } from '../../../kernel/access/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { InfisicalSession } from '../../../kernel/ports/index.ts'
import { markOlder, type Step } from '../../install/index.ts'
import { isOurs } from '../../release/index.ts'
import {
  type Administration,
  claimNamespace,
  ensure,
  ensureAdmin,
  ensureStore,
  ensureTenancy,
  givenPassword,
  liftDeadWebhooks,
  markedFor,
  namespacesOf,
  prove,
  storeScope,
  type Tenancy,
} from '../../wire/index.ts'
import { escrowStep } from './escrow-step.ts'
import { installationGroups } from './image-groups.ts'
import { imageSteps } from './images-step.ts'
import { type Installation, stoppedBy } from './installation.ts'
import { releaseId, releaseSteps } from './release-steps.ts'
import { wireServices } from './services.ts'

/**
 * The install's steps, in an order in which they could run one by one. Each looks first, and changes only what is not as it
 * should be.
 */
export function installSteps(installation: Installation): Step[] {
  const groups = installationGroups(installation)
  return [
    namespacesStep(installation),
    ...imageSteps(groups, installation),
    {
      id: 'database',
      title: 'Prepare database and keys',
      needs: ['namespaces'],
      run: (say, signal) => wireServices(stoppedBy(signal, installation), say),
    },
    ...releaseSteps(groups, installation),
    ...infisicalSteps(installation),
    escrowStep(installation),
  ]
}

function namespacesStep({ wired, site, manifests, host: { cluster } }: Installation): Step {
  const namespaces = namespacesOf(wired)
  return {
    id: 'namespaces',
    title: 'Make namespaces',
    needs: [],
    async run() {
      // One whose Service went with its namespace would hold up whatever it is asked about, that namespace's end too.
      const lifted = await liftDeadWebhooks(cluster, namespaces, object => isOurs(wired, object))
      const { name: siteName } = site.metadata
      const older = await markOlder(cluster, siteName, manifests.systemNamespace)
      const own = await ensure(cluster, markedFor(siteName, manifests.systemNamespace))
      let changed = older || own || lifted.length > 0
      for (const name of namespaces) changed = (await claimNamespace(cluster, name, siteName)) || changed
      return { changed, detail: namespaces.join(', ') }
    },
  }
}

/** What is done through Infisical's API; the admin is logged in once. */
function infisicalSteps(installation: Installation): Step[] {
  const { wired, host, site, manifests, access } = installation
  const { cluster, clock, random } = host
  const { namespace } = wired.externalSecrets
  const patience = (progress: (detail: string) => void, signal: AbortSignal) => ({ clock, signal, progress })
  let admin: InfisicalSession | undefined
  let adopted = false
  const loggedIn = async () => {
    admin ??= await adminSession(cluster, await access.server(), wired.infisical.namespace)
    return admin
  }
  let tenancy: Tenancy | undefined
  const tenanted = async () => {
    const infisical = await access.server()
    const needs = { cluster, infisical, session: await loggedIn(), namespace, adopted }
    tenancy ??= await ensureTenancy(needs)
    return tenancy
  }
  return [
    {
      id: 'bootstrap',
      title: 'Set Infisical up',
      needs: [releaseId(wired.infisical)],
      async run() {
        const { organization, admin: user } = site
        const infisical = await access.server()
        const given = givenPassword(cluster, site)
        const ensured = await ensureAdmin({
          ...{ cluster, infisical, random, email: user.email, organization },
          namespace: wired.infisical.namespace,
          ...(given && { given }),
        })
        admin = ensured.session
        adopted = ensured.adopted
        // The store's, here already: External Secrets Operator takes longer to come up, and this waits for nothing of it.
        await tenanted()
        return { changed: ensured.changed, detail: setUpWords(ensured, site) }
      },
    },
    {
      id: 'store',
      title: 'Wire External Secrets Operator to Infisical',
      needs: ['bootstrap', releaseId(wired.externalSecrets)],
      async run(say, signal) {
        const { changed, joined } = await tenanted()
        const made = await ensureStore(cluster, manifests, storeScope(wired), patience(say, signal))
        const { project, path } = probeScope
        const beside = joined ? `; folder ${path} was added to project ${project}, which was there` : ''
        return {
          changed: changed || made.changed,
          detail: `ClusterSecretStore ${made.name} is ready${beside}`,
        }
      },
    },
    {
      id: 'proof',
      title: 'Prove it: a secret from Infisical to Kubernetes',
      needs: ['store'],
      async run(say, signal) {
        const session = await loggedIn()
        const { place } = await tenanted()
        const proving = { cluster, session, random, manifests, place, ...patience(say, signal) }
        const { first, changed } = await prove(proving)
        const detail = `arrived after ${first} ms; changed in Infisical, changed in Kubernetes after ${changed} ms`
        // A proof is of now, whatever was there.
        return { changed: true, detail }
      },
    },
  ]
}

/** What came of setting the server up, in words. */
function setUpWords({ bootstrapped, adopted, left }: Administration, { organization, admin }: Site): string {
  const done = bootstrapped
    ? `organisation ${organization}, admin ${admin.email}`
    : adopted
      ? `was set up already, and is adopted: ${admin.email} is an admin of ${organization}`
      : 'was set up before'
  return left === undefined ? done : `${done}; ${left}`
}
