/** One case: something that others wrote and something is wrong with, the same for the same seed and number. */
import { entryChanges, fileChanges } from './archives.ts'
import { documentCase } from './document-cases.ts'
import { archiveOf, soundBundle } from './forge.ts'
import { changeText, changeTree } from './json.ts'
import { packed } from './packages.ts'
import { Random } from './random.ts'
import { shapes } from './shapes.ts'
import { changeYaml } from './yaml.ts'

/** What a run is about: bundle files with the packages in them, or documents of registries, repositories and charts. */
export type About = 'bundles' | 'documents'

/** A bundle or a package, and what was done to it. */
export interface BundleCase {
  readonly kind: 'bundle' | 'package'
  readonly bytes: Buffer
  readonly what: readonly string[]
}

/** A document, and what was done to it. */
export interface DocumentCase {
  readonly kind: 'document'
  /** Its name in `readers`. */
  readonly reader: string
  readonly text: string
  /** The text that must be read, or refused, in the same way. */
  readonly like?: string
  readonly what: readonly string[]
}

/** What a reader is given. */
export type Case = BundleCase | DocumentCase

/** Case `number` of a run. */
export function caseOf(seed: string, number: number, about: About = 'bundles'): Case {
  const random = new Random(`${seed} ${number}`)
  return about === 'documents' ? documentCase(random) : bundleCase(random)
}

function bundleCase(random: Random): BundleCase {
  if (random.once(6)) {
    const { bytes, what } = packed(random)
    return { kind: 'package', bytes, what: [what] }
  }
  const forgery = soundBundle()
  const what: string[] = []
  let inFile = 0
  // Documents first: what changes them makes digests fit, and later changes may not be undone by that.
  const kinds = Array.from({ length: random.count(4) }, () => random.below(10)).sort((a, b) => a - b)
  for (const kind of kinds) {
    if (kind < 2) what.push(random.pick(shapes)(forgery, random))
    else if (kind < 4) what.push(changeTree(forgery, random))
    else if (kind < 6) what.push(changeYaml(forgery, random))
    else if (kind < 7) what.push(changeText(forgery, random))
    else if (kind < 9) what.push(random.pick(entryChanges)(forgery, random))
    else inFile += 1
  }
  let bytes = archiveOf(forgery)
  for (; inFile > 0; inFile--) {
    const [next, said] = random.pick(fileChanges)(bytes, random)
    bytes = next
    what.push(said)
  }
  return { kind: 'bundle', bytes, what }
}
