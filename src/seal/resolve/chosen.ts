import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { parseReference } from '../../kernel/oci/index.ts'
import { nearest } from '../../kernel/yaml/index.ts'

/**
 * The images that a user's words mean: full names, or shorter ones (without `docker.io/`, tag or digest) that only
 * one of `names` fits.
 * @throws SealiftError USAGE for a word that fits none, with the nearest, or several, with all of them
 */
export function chosenImages(words: readonly string[], names: readonly string[]): Set<string> {
  return new Set(words.map(word => chosenImage(word, names)))
}

function chosenImage(word: string, names: readonly string[]): string {
  if (names.includes(word)) return word
  const fitting = names.filter(name => formsOf(name).includes(word))
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  const said = printable(word)
  if (only !== undefined) {
    throw new SealiftError('USAGE', `${said} fits ${fitting.length} images of this spec: name one in full`, {
      hints: fitting,
    })
  }
  const near = names.filter(name => nearest(lastPart(word), formsOf(name).map(lastPart)) !== undefined)
  throw new SealiftError('USAGE', `${said} is no image of this spec`, {
    hints: [
      near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `It has: ${names.join(', ') || 'no images'}.`,
    ],
  })
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** How else people write a full name: without the host that goes without saying, without tag and digest. */
function formsOf(name: string): string[] {
  const { registry, repository, tag } = parseReference(name) ?? { registry: '', repository: name }
  const places = [`${registry}/${repository}`]
  if (registry === 'docker.io') places.push(repository, repository.replace(/^library\//, ''))
  return places.flatMap(place => (tag === undefined ? [place] : [place, `${place}:${tag}`]))
}
