import type { Digest } from '../oci/index.ts'
import type { Clock, Random } from './clock.ts'
import type { Cluster } from './cluster.ts'
import type { Files } from './files.ts'
import type { Helm } from './helm.ts'
import type { ImagesFolder } from './images-folder.ts'
import type { Infisical } from './infisical.ts'
import type { Issuers } from './issuers.ts'
import type { SiteNodes } from './nodes.ts'
import type { PodPrograms } from './pod-programs.ts'
import type { Registry, Web } from './registry.ts'
import type { PushTarget, RegistryPush } from './registry-push.ts'
import type { Progress, Reporter, StepReport } from './reporter.ts'
import type { Runtime } from './runtime.ts'
import type { Cache, Database } from './services.ts'

/** A helm that runs from a private folder. */
export interface TemporaryHelm extends Helm {
  dispose(): Promise<void>
}

/**
 * Makes a helm out of a program's bytes, whole or piece by piece; on a site it talks to the site's cluster.
 * @throws what the pieces throw, and keeps nothing of them then
 */
export type HelmFrom = (program: Uint8Array | AsyncIterable<Uint8Array>) => Promise<TemporaryHelm>

/** How a verb is watched and stopped. */
export interface Talk {
  readonly reporter: Reporter
  readonly signal: AbortSignal
  /** Makes a receiver of byte counts out of a step, or of whatever shows how far it is. */
  readonly progressOn: (step: Pick<StepReport, 'update'>) => (progress: Progress) => void
  /** What was asked for, as it was typed: for the audit log. Left out by whoever is no person's command. */
  readonly run?: Asked
  /** The record of this run in the site's audit log; only while there is one. */
  readonly record?: RunRecord
}

/** A run in an audit log that may have to leave the site. */
export interface RunRecord {
  /** Appends the lines of the log elsewhere, and from then on what there is to be recorded. Gives how many there were. */
  leave(append: (lines: string) => Promise<void>): Promise<number>
  /** Notes that the run has taken the site back: it is in the entry that ends it. */
  returned(back: Returned): void
  /** Notes the line in the history of the budget that tells what was used at the run's end, by its digest. */
  observed(line: Digest): void
}

/** A site that was taken back: from which version to which, and where the database is that it had. */
export interface Returned {
  readonly from: string
  readonly to: string
  /** Identity of the bundle that it is of again. */
  readonly bundle: Digest
  readonly setAside?: string
}

/** A verb, and what was given to it. */
export interface Asked {
  /** `rotate admin`. */
  readonly verb: string
  /** Arguments and flags with their values: `--site site.yaml`. */
  readonly given: readonly string[]
}

/** What the connected host offers a verb. */
export interface ConnectedHost {
  readonly files: Files
  readonly registry: Registry
  readonly web: Web
  readonly helmFrom: HelmFrom
  readonly clock: Clock
}

/** How long a server is asked that may not be up yet. */
export interface Haste {
  readonly signal?: AbortSignal
  /** How often a question is asked again while the server starts; for a minute when left out. */
  readonly attempts?: number
}

/** What the site offers a verb. */
export interface SiteHost {
  readonly files: Files
  readonly cluster: Cluster
  /** The node's containerd; absent when this is not a node. */
  readonly runtime: Runtime | undefined
  /** The site's nodes, each with its containerd. @throws SealiftError CLUSTER_* */
  readonly nodes: () => Promise<SiteNodes>
  /** K3s's folder of images on this machine, whether there is one or not. */
  readonly imagesFolder: ImagesFolder
  /** The write side of a registry; nothing is sent before it is asked to. */
  readonly registryPush: (target: PushTarget) => RegistryPush
  /** Programs in the cluster's pods. */
  readonly programs: PodPrograms
  readonly database: Database
  readonly cache: Cache
  /** Infisical's API at a base URL. */
  readonly infisical: (baseUrl: string, haste?: Haste) => Infisical
  readonly issuers: Issuers
  readonly helmFrom: HelmFrom
  readonly clock: Clock
  readonly random: Random
  /** This machine's platform, `linux/amd64`. */
  readonly platform: string
  /** Who is at work here, as another one on the same site is told: `root@node1, process 4711`. */
  readonly operator: string
  /** The text of a Kubernetes object that ships with Sealift, by its name in manifests/: `system-namespace`. */
  readonly manifests: (name: string) => Promise<string>
}
