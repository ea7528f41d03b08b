import { managed, systemNamespace } from '../../kernel/access/index.ts'
import { type KubernetesObject, kinds } from '../../kernel/ports/index.ts'

/** A pod for PostgreSQL's tools. */
export interface PodWanted {
  /** Name of the image, as a node has it. */
  readonly image: string
  /** Infisical's namespace: the server is reached by the names that its pods know. */
  readonly namespace: string
  /** Whether nodes may ask a registry for it: the site's own. */
  readonly pulled: boolean
}

const label = { 'dev.sealift/pod': 'database-tools' } as const
/** Selects them. */
export const selector = Object.entries(label)
  .map(([name, value]) => `${name}=${value}`)
  .join(',')
/** The container that the tools are run in. */
export const container = 'tools'
/** Of a killed run, until the next one ends it. A dump of hundreds of gigabytes takes hours. */
const longestSeconds = 24 * 3600

/**
 * The pod: one that the Pod Security Standard `restricted` lets in, and that can do nothing but be worked in. Sealift's own
 * records are in its namespace, which it cannot ask for: it has no account's token. The user is of no matter to libpq.
 */
export function toolsPod(name: string, { image, namespace, pulled }: PodWanted): KubernetesObject {
  const user = 65_532
  return {
    ...kinds.pod,
    metadata: { name, namespace: systemNamespace, labels: { ...managed, ...label } },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: longestSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // A Service that is named without a namespace, as its certificate may have it, is one of Infisical's.
      dnsConfig: { searches: [`${namespace}.svc.cluster.local`] },
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          ...{ name: container, image },
          // Where there is no registry, a node would ask for one that is on the internet, and take a minute to give up.
          imagePullPolicy: pulled ? 'IfNotPresent' : 'Never',
          // Waits for a line that nobody writes: the tools' images need not have more than a shell.
          command: ['sh', '-c', 'read -r _'],
          stdin: true,
          env: [{ name: 'HOME', value: '/tmp' }],
          resources: { requests: { cpu: '10m', memory: '64Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
    },
  }
}

/** An image as messages name it. */
export const named = (image: string) => `image ${image} (database.tools)`
