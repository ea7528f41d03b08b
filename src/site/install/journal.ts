import * as z from 'zod'
import { managed, systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { jsonIn, textsIn } from '../../kernel/objects/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import { type Cluster, type Files, kinds } from '../../kernel/ports/index.ts'

/** One finished step. Never holds a secret. */
export const journalEntry = z.object({
  /** ISO time at which the step was done. */
  at: z.string(),
  bundle: digestShape,
  /** Digest of the site file. */
  site: digestShape,
  step: z.string(),
  detail: z.string(),
  milliseconds: z.number(),
})

export type JournalEntry = z.infer<typeof journalEntry>

/** The record of finished steps, oldest first. */
export interface Journal {
  read(): Promise<JournalEntry[]>
  add(entry: JournalEntry): Promise<void>
}

const journalSecret = 'sealift-journal'

function parseLines(text: string): JournalEntry[] {
  return text.split('\n').flatMap(line => {
    // The torn last line of a killed run is none; its step runs again.
    return journalEntry.safeParse(jsonIn(line)).data ?? []
  })
}

/**
 * The journal that lives in the cluster (Secret `sealift-journal`), where any machine finds it, with every
 * line then appended to a local file for the auditor. The cluster's word counts: a local file alone may
 * speak of a cluster that is gone, and it is never ahead of the cluster's, whenever a run is killed.
 * @throws SealiftError CLUSTER_* and FILE_FAILED
 */
export function siteJournal(cluster: Cluster, files: Files, localPath: string): Journal {
  const read = () => readJournal(cluster)
  return {
    read,
    async add(added) {
      const kept = (await read()).filter(
        ({ step, bundle, site }) => !(step === added.step && bundle === added.bundle && site === added.site),
      )
      const text = [...kept, added].map(line => `${JSON.stringify(line)}\n`).join('')
      await cluster.apply({
        ...kinds.secret,
        metadata: { name: journalSecret, namespace: systemNamespace, labels: managed },
        type: 'sealift.dev/journal',
        data: { 'journal.jsonl': Buffer.from(text).toString('base64') },
      })
      await files.append(localPath, JSON.stringify(added))
    },
  }
}

/**
 * Makes sure, before anything is changed, that the journal's file can be written: a folder that was carried may lie on a
 * medium that is read-only. @throws SealiftError FILE_FAILED
 */
export async function requireJournal(files: Pick<Files, 'requireAppend'>, localPath: string): Promise<void> {
  try {
    await files.requireAppend(localPath)
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    const hint =
      'put the site file where this machine may write, or say another place for it: install --journal'
    throw error.with({ prefix: 'the journal has no place: ', hints: [hint] })
  }
}

async function readJournal(cluster: Cluster): Promise<JournalEntry[]> {
  const secret = await cluster.get(kinds.secret, journalSecret, systemNamespace)
  const { 'journal.jsonl': text = '' } = textsIn(secret?.['data'])
  return parseLines(Buffer.from(text, 'base64').toString())
}

/** The namespaces that steps of this journal have made or taken over. @throws SealiftError CLUSTER_* */
export async function namespacesMade(cluster: Cluster): Promise<string[]> {
  const steps = (await readJournal(cluster)).filter(({ step }) => step === 'namespaces')
  return steps.flatMap(({ detail }) => detail.split(', '))
}

/** Takes the cluster's journal away, and tells whether there was one. @throws SealiftError CLUSTER_* */
export async function forgetJournal(cluster: Cluster): Promise<boolean> {
  const found = await cluster.get(kinds.secret, journalSecret, systemNamespace)
  await cluster.delete(kinds.secret, journalSecret, systemNamespace)
  return found !== undefined
}
