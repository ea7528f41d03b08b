import { printable, SealiftError } from '../errors/index.ts'
import type { Files } from '../ports/index.ts'
import { checkYaml, printYaml } from '../yaml/index.ts'
import { type SiteFacts, siteFacts } from './shape.ts'

const head =
  '# Written by `sealift facts`: what this site is like, for `sealift lock --facts` and `build --facts`. No secret is in it.\n'

/** Facts as canonical YAML: keys in the order of the schema, lists as they were found, sorted. */
export function printFacts(facts: SiteFacts): string {
  return head + printYaml(siteFacts.parse(facts))
}

/**
 * Reads a file of facts. It was written by another machine: every field is checked again, and what is not known is left
 * out. @throws SealiftError FACTS_INVALID with its faults, FILE_FAILED for one of more than 16 MiB
 */
export async function readFacts(path: string, files: Pick<Files, 'readText'>): Promise<SiteFacts> {
  const { value, faults = [] } = checkYaml(await files.readText(path), siteFacts)
  if (value !== undefined) return value
  throw new SealiftError(
    'FACTS_INVALID',
    `${printable(path)} holds no facts that this version of Sealift reads`,
    {
      faults: faults.slice(0, 50),
      hints: ['Make them anew on the site: sealift facts -c site.yaml -o FILE'],
    },
  )
}
