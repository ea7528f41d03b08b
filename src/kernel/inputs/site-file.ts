import { SealiftError } from '../errors/index.ts'
import { canonicalJson, type Digest, digestOf } from '../oci/index.ts'
import type { Files } from '../ports/index.ts'
import { parseSite } from './parse.ts'
import type { Site } from './site.ts'

/** A site file, read and checked, with a digest of what it says, comments and order left aside, for the journal. */
export interface ReadSite {
  readonly site: Site
  readonly digest: Digest
}

/** Reads site.yaml. @throws SealiftError SITE_INVALID, FILE_FAILED */
export async function readSite(path: string, files: Files): Promise<ReadSite> {
  if (!(await files.exists(path)))
    throw new SealiftError('FILE_FAILED', `cannot read ${path}: there is no such file or folder`, {
      hints: ['README.md, which travels with Sealift, has one to copy: its section site.yaml'],
    })
  const text = await files.readText(path)
  const site = parseSite(text, path)
  return { site, digest: digestOf(canonicalJson(site)) }
}

/** Where finished steps are appended unless the user says otherwise: beside the site file. */
export function journalPath(siteFile: string, { metadata }: Site): string {
  return siteFile.replace(/[^/]*$/, `${metadata.name}.journal.jsonl`)
}
