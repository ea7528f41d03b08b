import { managed } from '../../kernel/access/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import type { NodePlace } from './place.ts'

/** The namespace that is there for as long as Sealift works on nodes through the cluster, and no longer. */
export const nodesNamespace = 'sealift-nodes'

/** Label of the pods that work on nodes. */
export const podLabel = { ...managed, 'dev.sealift/pod': 'node' } as const
/** Notes whose pod it is: the mark of a process. */
export const ownerAnnotation = 'dev.sealift/owner'
/** The container in which ctr is run. */
export const container = 'ctr'

/** Says which pods a namespace lets in (Pod Security Admission). */
export const levelLabel = 'pod-security.kubernetes.io/enforce'

// Of a killed run, until the next one ends it. Longer than a load of some gigabytes over a slow line.
const longestSeconds = 4 * 3600

/**
 * The namespace. A pod with a part of its node's file system is one that neither of the stricter Pod Security Standards
 * lets pass.
 */
export const namespaceObject: KubernetesObject = {
  ...kinds.namespace,
  metadata: {
    name: nodesNamespace,
    labels: { ...managed, [levelLabel]: 'privileged' },
  },
}

/** A pod of one node, in which that node's own ctr can be run. */
export function podObject(
  name: string,
  node: string,
  image: string,
  { ctr, programs, address }: NodePlace,
  owner: string | undefined,
): KubernetesObject {
  return {
    ...kinds.pod,
    metadata: {
      name,
      namespace: nodesNamespace,
      labels: podLabel,
      ...(owner === undefined ? {} : { annotations: { [ownerAnnotation]: owner } }),
    },
    spec: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      activeDeadlineSeconds: longestSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // Whoever speaks to containerd is root on its node, by whatever other rights: so it gets no others.
      securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: container,
          image,
          imagePullPolicy: 'Never',
          // Waits for events that there are none of: it stays up whatever is in the image, and ends with containerd.
          command: [...ctr, '--address', address, '--namespace', 'k8s.io', 'events', 'topic==none'],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            // Under SELinux a container's own type may not use containerd's socket.
            seLinuxOptions: { type: 'spc_t' },
          },
          volumeMounts: [
            { name: 'programs', mountPath: programs, readOnly: true },
            { name: 'socket', mountPath: address },
          ],
        },
      ],
      volumes: [
        { name: 'programs', hostPath: { path: programs, type: 'Directory' } },
        { name: 'socket', hostPath: { path: address, type: 'Socket' } },
      ],
    },
  }
}
