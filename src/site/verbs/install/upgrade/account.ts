import { SealiftError } from '../../../../kernel/errors/index.ts'
import { noteUpgrade, type Receipt, type UpgradeNote } from '../../../install/index.ts'
import type { Installation } from '../installation.ts'
import { comparedSecrets, seeSecrets } from './kept-secrets.ts'
import type { Noted } from './noted.ts'
import { ifTold, standingOf } from './standing.ts'

/** What an upgrade is measured by. */
export interface Account {
  /** Ends the reads, and notes how these went, and what else an upgrade ends with; what cannot be noted is told. */
  close(more?: Pick<UpgradeNote, 'gap' | 'after'>): Promise<void>
  /** Ends the reads. Never fails. */
  end(): Promise<void>
}

/**
 * Notes how a site is before its upgrade, unless an earlier run has, and looks at the Secrets that External Secrets Operator
 * has made. What the site does not say is left out. @throws SealiftError CLUSTER_* where the note cannot be written
 */
export async function openAccount(
  noted: Noted,
  { lock }: Pick<Receipt, 'lock'>,
  installation: Installation,
): Promise<Account> {
  const { cluster } = installation.host
  if (noted.note.before === undefined) {
    const before = await standingOf(lock, installation)
    noted.note = await noteUpgrade(cluster, noted.note, { before })
  }
  const secrets = await ifTold(() => seeSecrets(cluster))
  const reads = async (): Promise<Pick<UpgradeNote, 'reads'>> => {
    const counted = await noted.reader?.end()
    delete noted.reader
    return counted === undefined ? {} : { reads: counted }
  }
  return {
    async close(more = {}) {
      const counted = await reads()
      const now = secrets && (await ifTold(() => seeSecrets(cluster)))
      const kept = secrets && now && comparedSecrets(secrets, now)
      const change = { ...more, ...counted, ...(kept && { secrets: kept }) }
      try {
        noted.note = await noteUpgrade(cluster, noted.note, change)
      } catch (error) {
        if (!(error instanceof SealiftError)) throw error
        installation.talk.reporter.warn(`how the upgrade went is not on record: ${error.message}`)
      }
    },
    async end() {
      await reads()
    },
  }
}
