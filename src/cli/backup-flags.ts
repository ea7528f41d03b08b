import { dirname } from 'node:path'
import { Flags } from '@oclif/core'
import type { ArchiveWanted } from '../site/backup/index.ts'

/** What the verbs that write an archive for the safe take. */
export const archiveFlags = {
  recipient: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'age1…',
    summary: 'Who can open it; may be given several times. Those of escrow in the site file when left out.',
  }),
  keep: Flags.integer({
    min: 1,
    helpValue: 'N',
    summary: 'Then remove older archives of this site in the folder, until N are left.',
  }),
}

/** The archive of an upgrade, and what of it may be given up. */
export const upgradeArchiveFlags = {
  backup: Flags.string({
    helpValue: 'FOLDER',
    summary: 'The folder that the archive for the safe is written to first (default: beside the site file).',
  }),
  ...archiveFlags,
  'no-backup': Flags.boolean({
    exclusive: ['backup', 'recipient', 'keep', 'no-rehearsal'],
    summary: 'Take no archive first: where PostgreSQL’s volume is lost, nothing brings the data back.',
  }),
  'no-rehearsal': Flags.boolean({
    summary: 'Do not try the archive’s restore: whether it comes back shows when it has to.',
  }),
}

interface Given {
  readonly site: string
  readonly backup?: string | undefined
  readonly recipient?: string[] | undefined
  readonly keep?: number | undefined
  readonly 'no-backup': boolean
  readonly 'no-rehearsal': boolean
}

/** The archive that an upgrade takes first, as its verb has it; none where that is given up. */
export function archiveWanted(flags: Given): { archive?: ArchiveWanted } {
  if (flags['no-backup']) return {}
  const { site, backup: folder = dirname(site), recipient: recipients = [], keep } = flags
  const rehearse = !flags['no-rehearsal']
  return { archive: { folder, recipients, rehearse, ...(keep === undefined ? {} : { keep }) } }
}
