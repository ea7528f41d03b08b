import { dirname, join } from 'node:path'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { Files } from '../../../kernel/ports/index.ts'
import { keysWords, observeKeys } from '../../check/index.ts'
import type { Step } from '../../install/index.ts'
import {
  fingerprintOf,
  markDatabase,
  noteKeys,
  ownDatabase,
  readKeysRecord,
  requireRecipients,
  servicesOf,
  storedKeys,
  writeEscrow,
} from '../../wire/index.ts'
import type { Installation } from './installation.ts'

/** The recipients that the site file names; none where it names none. @throws SealiftError KEY_INVALID for a mistyped one */
export async function siteRecipients({ escrow }: Site): Promise<readonly string[]> {
  if (!Array.isArray(escrow)) return []
  return await requireRecipients(
    escrow.map((text, at) => ({ text, where: `escrow[${at}] in the site file` })),
  )
}

/**
 * Notes which keys open the database, in the cluster and in the database itself, once that is proven; and writes an
 * escrow of them where the site file wants one and none is on record that fits.
 */
export function escrowStep(installation: Installation): Step {
  const { site, wired, host, journal } = installation
  const { cluster, clock, files } = host
  const { namespace } = wired.infisical
  return {
    id: 'escrow',
    title: 'See to the escrow of the keys',
    needs: ['proof'],
    async run() {
      const keys = await storedKeys(cluster, namespace)
      if (keys === undefined) throw new SealiftError('KEYS_LOST', 'the keys went while they were at work')
      const fingerprint = fingerprintOf(keys)
      const noted = await noteKeys(cluster, fingerprint)
      const services = servicesOf(site, host, namespace)
      const marked = await markDatabase(services, await ownDatabase(services, keys), fingerprint)
      const state = observeKeys(fingerprint, await readKeysRecord(cluster), site.escrow)
      const recipients = await siteRecipients(site)
      if (recipients.length === 0 || state.state === 'escrowed')
        return { changed: noted || marked, detail: keysWords(state).message }
      const name = `${site.metadata.name}.keys-${fingerprint}`
      const path = await freePath(files, join(dirname(journal), name))
      const madeAt = new Date(clock.now()).toISOString()
      const escrow = { site: site.metadata.name, madeAt, fingerprint, keys }
      await writeEscrow({ cluster, files, escrow, recipients, path })
      return { changed: true, detail: `written to ${path}: keep it where this cluster is not` }
    },
  }
}

/** A name that no file has yet: another escrow, such as one for other recipients, is not written over. */
async function freePath(files: Pick<Files, 'exists'>, path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = `${path}${number === 1 ? '' : `-${number}`}.age`
    if (!(await files.exists(candidate))) return candidate
  }
}
