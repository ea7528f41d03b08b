import { messageOf, SealiftError } from '../../../../kernel/errors/index.ts'
import type { UpgradeNote } from '../../../install/index.ts'
import { gatherReceipt } from '../../../receipt/index.ts'
import { redacted } from '../../../release/index.ts'
import type { Installation } from '../installation.ts'
import type { UpgradeRequest } from '../request.ts'
import type { Account } from './account.ts'
import { movedSince } from './moved.ts'
import type { Noted } from './noted.ts'
import { serveAgain } from './serve-again.ts'
import { returned, rolledBack } from './way-back.ts'

const goOn = [
  'run sealift upgrade again: it goes on from there; or take the site back: sealift rollback BUNDLE -c site.yaml',
]

interface Failing {
  readonly noted: Noted
  readonly account: Account
  readonly installation: Installation
  readonly request: UpgradeRequest
  /** Whether the user has asked to stop. */
  readonly asked: boolean
}

/** What an upgrade that failed ends with: its own error where nothing was moved yet, or where it was stopped. */
export async function failed(error: unknown, failing: Failing): Promise<unknown> {
  const { noted, account, installation, request, asked } = failing
  if (!(error instanceof SealiftError)) return error
  if (error.code === 'INTERRUPTED') {
    // Whoever has lost the lease leaves the site alone.
    const stands = asked ? await serveAgain(noted, installation) : undefined
    return stands === undefined ? error : error.with({ hints: [stands] })
  }
  const moved = await movedSince(noted.note, installation).catch((second: unknown) => {
    throw error.with({ faults: [`and nobody can tell what was moved: ${messageOf(second)}`], hints: goOn })
  })
  if (moved.releases.length === 0) return error.with({ hints: goOn })
  installation.talk.reporter.warn(`${error.message}: the site goes back to ${noted.note.from.version}`)
  // It stays on the cluster and goes into receipts: what others' logs say is taken as in the audit log.
  const why = redacted(error.message, 1000)
  await returned(noted, installation, request.site, why).catch(async (second: unknown) => {
    // How it went is known, whatever becomes of the site; who was told to stop notes nothing more.
    if (second instanceof SealiftError && second.code === 'ROLLBACK_FAILED') await account.close()
    throw second
  })
  await account.close()
  await tellReturned(installation, request)
  return rolledBack(noted.note, error)
}

/** Hands out the receipt of a site that went back; what stands in the way of that is told. */
async function tellReturned(
  { host, talk }: Installation,
  { takeReturned, version = '' }: UpgradeRequest,
): Promise<void> {
  try {
    await takeReturned?.(await gatherReceipt(host, version, talk))
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    talk.reporter.warn(`the receipt was not written: ${error.message}`)
  }
}

/** Brings a way back to its end that was stopped. @throws SealiftError ROLLED_BACK always, or ROLLBACK_FAILED */
export async function finishReturn(
  note: UpgradeNote,
  installation: Installation,
  request: UpgradeRequest,
): Promise<never> {
  const noted = { note }
  await returned(noted, installation, request.site, note.why ?? '')
  await tellReturned(installation, request)
  throw rolledBack(noted.note, note.why ?? 'it was stopped on its way back, which is at its end now')
}
