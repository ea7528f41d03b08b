import * as z from 'zod'
import { managed, systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { kubernetesName } from '../../kernel/fields/index.ts'
import { fieldsOf, jsonIn, textsIn } from '../../kernel/objects/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { changeReceipt, type ReceiptData, receiptData } from './receipt-object.ts'
import { keptDatabase, readCount, secretCount, standing, takenArchive } from './upgrade-shapes.ts'

const named = z.object({ name: z.string(), version: z.string(), bundle: digestShape })

/** One upgrade of a site: from where, to where, how far, and what leads back. Holds no secret. */
export const upgradeNote = z.object({
  /** Names its copy of the database; made of the new bundle's digest and the time. */
  id: z.string().regex(/^[a-z0-9]{1,20}$/),
  from: named,
  to: named,
  /** ISO time at which it was begun. */
  since: z.iso.datetime(),
  /** `begun`: nobody knows how far it is. `proven`: it is done. `returning`: it goes back. `returned`: the site is as it was. */
  state: z.enum(['begun', 'proven', 'returning', 'returned']),
  /** ISO time since which it is in that state. */
  at: z.iso.datetime(),
  /** Where each release was before. Their names are helm's arguments. */
  releases: z.array(
    z.object({ release: kubernetesName, namespace: kubernetesName, revision: z.number().int().positive() }),
  ),
  /** The finalizers of External Secrets Operator that anything had before; absent in notes of older Sealifts. */
  finalizers: z.array(z.string()).exactOptional(),
  /** The copy of the database, while there is one. */
  snapshot: z.string().exactOptional(),
  /**
   * Whether a newer server may have changed the database; noted before helm's records stop to say so, and with `returning`
   * for good. Absent in notes of older Sealifts.
   */
  touched: z.boolean().exactOptional(),
  /** The database that the site had when it went back. */
  setAside: z.string().exactOptional(),
  /** What earlier upgrades have left; absent in notes of older Sealifts. */
  kept: z.array(keptDatabase).exactOptional(),
  /** The archive that stands in for its copy, where that and the database were gone, and whether all of it is back. */
  restored: z.object({ path: z.string(), whole: z.boolean() }).exactOptional(),
  /** Why it went back. */
  why: z.string().exactOptional(),
  /** The archive for the safe that was taken before its first change. */
  archive: takenArchive.exactOptional(),
  /** What the user gave up for it, a sentence each. */
  gaveUp: z.array(z.string()).exactOptional(),
  /** How many pods Infisical had before it was stopped. */
  pods: z.number().int().positive().exactOptional(),
  /** How reads of Infisical's API went from then on until the proof, or until it was back. */
  reads: readCount.exactOptional(),
  /** What External Secrets Operator's Secrets were like then, against before. */
  secrets: secretCount.exactOptional(),
  /** How the site was before its first change, and is since it was proven or went back. */
  before: standing.exactOptional(),
  after: standing.exactOptional(),
  /** Seconds from the server's end until a server was up again; absent where none was stopped. */
  gap: z.number().exactOptional(),
})
export type UpgradeNote = z.infer<typeof upgradeNote>

/** ConfigMap in `sealift-system` that holds the note, and the receipt of before. */
const noteName = 'sealift-upgrade'
const [noteKey, receiptKey] = ['note', 'receipt']

/** The last upgrade of a site, if there was one. @throws SealiftError LOCK_INVALID when somebody has spoilt the note, CLUSTER_* */
export async function readUpgrade(cluster: Pick<Cluster, 'get'>): Promise<UpgradeNote | undefined> {
  const data = await noteData(cluster)
  if (data?.[noteKey] === undefined) return undefined
  const found = upgradeNote.safeParse(jsonIn(data[noteKey]))
  if (found.success) return found.data
  throw new SealiftError(
    'LOCK_INVALID',
    `ConfigMap ${systemNamespace}/${noteName} is no note of an upgrade`,
    {
      hints: ['it was changed by hand: put back what it said, or delete it if no upgrade is under way'],
    },
  )
}

/** Notes an upgrade before its first change, with the receipt that is to be put back if it fails. @throws SealiftError CLUSTER_* */
export async function beginUpgrade(cluster: Cluster, note: UpgradeNote): Promise<void> {
  await write(cluster, {
    [noteKey]: JSON.stringify(note),
    [receiptKey]: JSON.stringify(await receiptData(cluster)),
  })
}

/** Changes what the note of an upgrade says, and gives it. @throws SealiftError CLUSTER_* */
export async function noteUpgrade(
  cluster: Cluster,
  note: UpgradeNote,
  change: Partial<Omit<UpgradeNote, 'id' | 'from' | 'to' | 'since'>>,
): Promise<UpgradeNote> {
  const next = { ...note, ...change }
  await write(cluster, { ...(await noteData(cluster)), [noteKey]: JSON.stringify(next) })
  return next
}

/** Makes the receipt what it was before the upgrade, but for the images that came: a purge takes these too. @throws SealiftError CLUSTER_* */
export async function returnReceipt(cluster: Cluster): Promise<void> {
  const before = jsonIn((await noteData(cluster))?.[receiptKey])
  if (before === undefined) return
  await changeReceipt(cluster, now => {
    const { images } = now ?? {}
    return { ...textsIn(before), ...(images === undefined ? {} : { images }) }
  })
}

async function noteData(cluster: Pick<Cluster, 'get'>): Promise<ReceiptData | undefined> {
  const found = await cluster.get(kinds.configMap, noteName, systemNamespace)
  return found === undefined ? undefined : textsIn(fieldsOf(found)['data'])
}

async function write(cluster: Pick<Cluster, 'apply'>, data: ReceiptData): Promise<void> {
  const metadata = { name: noteName, namespace: systemNamespace, labels: managed }
  await cluster.apply({ ...kinds.configMap, metadata, data })
}
