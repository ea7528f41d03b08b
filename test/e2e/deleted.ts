/** A site from which one thing at a time is taken away: a rerun brings it back, and touches nothing else. */
import { expect, test } from 'vitest'
import type { InstallResult } from '../../src/site/verbs/install/index.ts'
import type { Journey } from './journey.ts'

const image = 'docker.io/sealift-sandbox/infisical-stand-in:0.1.0'
const kinds =
  'namespace,deployment,service,secret,configmap,serviceaccount,role,rolebinding,pod,crd,clusterrole,clusterrolebinding,validatingwebhookconfiguration,clustersecretstore'
/** What a run may always write, and what is somebody else's. */
const free =
  /Secret sealift-system\/sealift-journal|ConfigMap sealift-system\/sealift-(audit-|budget)|ConfigMap \S+\/kube-root-ca.crt|Secret external-secrets\/external-secrets-webhook/
const ours = /infisical|external-secrets|sealift/

/** A deletion, the steps that mend it, and the objects that these write. */
interface Deletion {
  readonly what: string
  readonly by: (journey: Journey) => Promise<unknown>
  readonly steps: readonly string[]
  readonly objects: readonly (string | RegExp)[]
}

// ESO says of it that it is not ready for as long as it misses the webhook: no write of ours.
const certController = /^(?:Deployment|Pod) external-secrets\/external-secrets-cert-controller(?:-|$)/
/** It has the last run that changed something. */
const receipt = 'ConfigMap sealift-system/sealift-receipt'
const release = (name: string, namespace: string) =>
  new RegExp(`^Secret ${namespace}/sh\\.helm\\.release\\.v1\\.${name}\\.v\\d+$`)
const pods = (name: string, namespace: string) => new RegExp(`^Pod ${namespace}/${name}-[\\w-]+$`)
const gone = (words: string) => (journey: Journey) => journey.kubectl(`delete ${words} --wait=true`)

const deletions: readonly Deletion[] = [
  {
    what: 'the keys',
    by: gone('-n infisical secret infisical-secrets'),
    steps: ['database'],
    objects: ['Secret infisical/infisical-secrets'],
  },
  {
    what: 'the copy of the keys',
    by: gone('-n sealift-system secret infisical-secrets'),
    steps: ['database'],
    objects: ['Secret sealift-system/infisical-secrets'],
  },
  {
    what: 'the admin’s login',
    by: gone('-n sealift-system secret infisical-admin'),
    steps: ['bootstrap'],
    objects: ['Secret sealift-system/infisical-admin'],
  },
  {
    what: 'ESO’s credentials',
    by: gone('-n external-secrets secret infisical-universal-auth'),
    steps: ['store'],
    objects: ['Secret external-secrets/infisical-universal-auth'],
  },
  {
    what: 'the store',
    by: gone('clustersecretstore infisical-store'),
    steps: ['store'],
    objects: ['ClusterSecretStore infisical-store'],
  },
  {
    what: 'the receipt',
    by: gone('-n sealift-system configmap sealift-receipt'),
    steps: [],
    objects: [receipt],
  },
  {
    what: 'the Service of ESO’s webhook',
    by: gone('-n external-secrets service external-secrets-webhook'),
    // Webhooks that nobody answers would stand in the way of what they are asked about: they go, and come with it.
    steps: ['namespaces', 'release-external-secrets'],
    objects: [
      /^ValidatingWebhookConfiguration /,
      'Service external-secrets/external-secrets-webhook',
      release('external-secrets', 'external-secrets'),
      certController,
    ],
  },
  {
    what: 'ESO’s webhook',
    by: gone('validatingwebhookconfiguration secretstore-validate'),
    steps: ['release-external-secrets'],
    objects: [
      certController,
      'ValidatingWebhookConfiguration secretstore-validate',
      release('external-secrets', 'external-secrets'),
    ],
  },
  {
    what: 'a Role of Infisical',
    by: gone('-n infisical role --field-selector metadata.name!=change-window'),
    steps: ['release-infisical'],
    objects: [
      /^Role infisical\//,
      'Deployment infisical/infisical',
      pods('infisical', 'infisical'),
      release('infisical', 'infisical'),
    ],
  },
  {
    what: 'a pin',
    by: journey => journey.ctr(`images label ${image} io.cri-containerd.pinned=`),
    steps: ['images-infisical'],
    objects: [],
  },
  {
    what: 'a login of Infisical’s role in PostgreSQL',
    by: journey => journey.sql('ALTER ROLE infisical NOLOGIN'),
    steps: ['database'],
    objects: [],
  },
  {
    what: 'a CRD',
    by: gone('crd externalsecrets.external-secrets.io'),
    steps: ['crds-external-secrets'],
    objects: [
      'CustomResourceDefinition externalsecrets.external-secrets.io',
      // It is ready while its CRDs have its certificate: one that is back has none for a moment.
      /^(Deployment|Pod) external-secrets\/external-secrets-cert-controller/,
    ],
  },
]

/** Declares the tests; the site of `journey` has an install before and after. */
export function deleted(journey: () => Journey): void {
  const install = () =>
    journey().json<InstallResult>(['install', journey().carried, '-c', journey().site.siteFile])

  /** Every object of ours by its name, with its version. */
  async function versions(): Promise<Map<string, string>> {
    const { items } = JSON.parse(await journey().kubectl(`get ${kinds} -A -o json`)) as {
      items: { kind: string; metadata: { name: string; namespace?: string; resourceVersion: string } }[]
    }
    const named = items.map(({ kind, metadata: { name, namespace, resourceVersion } }) => {
      return [`${kind} ${namespace ? `${namespace}/` : ''}${name}`, resourceVersion] as const
    })
    return new Map(named.filter(([name]) => ours.test(name) && !free.test(name)))
  }

  async function touched(): Promise<{ steps: string[]; objects: string[]; exitCode: number }> {
    const before = await versions()
    const { exitCode, steps = [] } = await install()
    const now = await versions()
    const names = new Set([...before.keys(), ...now.keys()])
    return {
      exitCode,
      steps: steps.filter(({ skipped }) => !skipped).map(({ id }) => id),
      objects: [...names].filter(name => before.get(name) !== now.get(name)).sort(),
    }
  }

  const nothing = { exitCode: 0, steps: ['proof'], objects: [] }

  test('a rerun writes no object of ours', async () => {
    await install() // after what the tests before have done
    expect(await touched()).toEqual(nothing)
  })

  test.each(deletions)('$what comes back, and nothing else is touched', async ({ by, steps, objects }) => {
    await by(journey())
    const found = await touched()
    expect(found).toMatchObject({ exitCode: 0, steps: [...steps, 'proof'] })
    const fits = (name: string) =>
      (name === receipt && steps.length > 0) ||
      objects.some(wanted => (typeof wanted === 'string' ? wanted === name : wanted.test(name)))
    expect(found.objects.filter(name => !fits(name))).toEqual([])
  })

  test.each(['sealift-system', 'infisical', 'external-secrets'])(
    'namespace %s comes back while it is still going',
    async name => {
      await journey().elevated(async () => {
        await journey().kubectl(`delete namespace ${name} --wait=false`)
        expect((await install()).exitCode).toBe(0)
      })
      expect(await touched()).toEqual(nothing)
    },
  )

  test('and check finds all as it should be', async () => {
    const { exitCode, stdout } = await journey().run([
      'check',
      '-c',
      journey().site.siteFile,
      '--window',
      '0',
    ])
    expect(exitCode, stdout).toBe(0)
  })

  test('and the stand-in has said only what a real server has said', async () => {
    const log = await journey().kubectl('-n infisical logs deployment/infisical --tail=-1')
    expect(log).toContain('Server listening on')
    expect(log).not.toContain('No recording has this answer')
  })

  test('another site’s file is refused: exit 44, and nothing is touched', async () => {
    const file = await journey().site.variant('other', { metadata: { name: 'other' } })
    const before = await versions()
    const { exitCode, stderr } = await journey().install({ file })
    expect(exitCode).toBe(44)
    expect(stderr).toContain('this cluster is site sandbox, and the site file is of other')
    expect(await versions()).toEqual(before)
  })
}
