/** What a running cluster offers, and what a distribution (upstream Kubernetes or K3s) has to bring. */
import type { Options, ResultPromise } from 'execa'
import type { Components } from './component.ts'
import type { Containerd } from './containerd.ts'
import type { Slot } from './slot.ts'

/** A running disconnected cluster. */
export interface TestCluster {
  readonly kind: 'kubernetes' | 'k3s'
  /** The cluster's and its only node's name. */
  readonly name: string
  /** State folder, with a log per component (`NAME.log`). */
  readonly dir: string
  /** Network namespace: a name under /run/netns. */
  readonly netns: string
  /** Path; its server is the node's address, which this machine can reach too. */
  readonly kubeconfig: string
  readonly containerd: Containerd
  /** The folder in which its containerd keeps what it has. */
  readonly containerdRoot: string
  readonly nodeIp: string
  /** Runs a command inside the cluster's network namespace; options, result and errors as execa's. */
  exec<T extends Options = Record<never, never>>(
    command: string,
    args: readonly string[],
    options?: T,
  ): ResultPromise<T>
  /** Runs kubectl as the administrator and gives its stdout. @throws ExecaError when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** Imports an image archive (OCI layout or docker tar) into the node's containerd for Kubernetes, pinned. */
  importArchive(path: string): Promise<void>
  /** Starts a second node, in a namespace of its own behind the first one's, and waits until it is ready. */
  addNode(): Promise<TestNode>
  /** Kills a component of the first node and starts it again, and waits until it answers. K3s has both in one process. */
  restart(component: 'kube-apiserver' | 'containerd'): Promise<void>
  /** Ends everything of the cluster by id, and removes its folder unless SEALIFT_KEEP=1. Can be called again. */
  stop(): Promise<void>
}

/** A node beside the first. */
export interface TestNode {
  readonly name: string
  readonly containerd: Containerd
}

/** What a distribution is given to start in. */
export interface Start {
  readonly slot: Slot
  readonly components: Components
  readonly log: (line: string) => void
  readonly signal: AbortSignal | undefined
}

/** A started distribution: the API server may still be getting ready. */
export interface Started {
  readonly kind: TestCluster['kind']
  readonly kubeconfig: string
  readonly containerd: Containerd
  /** Where its containerd keeps what it has. */
  readonly containerdRoot: string
  /** The words of its kubectl. */
  readonly kubectl: readonly string[]
  /** Starts a second node; absent where there can be none. */
  readonly addNode?: () => Promise<TestNode>
}

/** Starts a distribution inside a namespace and cgroup that are there. */
export type Distribution = (start: Start) => Promise<Started>
