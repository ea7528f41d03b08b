import type { Bundle } from '../../../bundle/layout/index.ts'
import type { InfisicalAccess } from '../../../kernel/access/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { Helm, SiteHost, Talk } from '../../../kernel/ports/index.ts'
import type { LoadingWay } from '../../load/index.ts'
import type { Manifests, Wired } from '../../wire/index.ts'

/** What the steps work with. */
export interface Installation {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  readonly helm: Helm
  readonly host: SiteHost
  readonly talk: Talk
  /** How images come to the nodes. */
  readonly way: LoadingWay
  readonly manifests: Manifests
  readonly access: InfisicalAccess
  /** Path of the journal's file, beside which an escrow of the keys is written. */
  readonly journal: string
  /** Whether a site may go on with another database than its keys were made for. */
  readonly takeOver: boolean
  /** Notes that this bundle changes the site from now on, before the first change that an older one might not stand. */
  readonly begin: () => Promise<void>
  /** Why Infisical's new server is not worth waiting for any longer, where something else than waiting can be done. */
  readonly hopeless?: () => Promise<string | undefined>
}

/** The same installation for one step, with the signal that stops that. */
export function stoppedBy(signal: AbortSignal, installation: Installation): Installation {
  return { ...installation, talk: { ...installation.talk, signal } }
}
