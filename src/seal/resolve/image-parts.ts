import type { Mapping } from '../../kernel/objects/index.ts'
import { claimOf, formOf, type Verdict } from './image-names.ts'

/** An image whose name is in several fields of one mapping. */
export interface Joined {
  readonly text: string
  readonly verdict: Verdict
  /** The fields that its name is made of. */
  readonly keys: readonly string[]
}

/**
 * Images that a mapping has in parts: `{registry, repository, tag}`, with a digest or version for the tag, and
 * `{imageRepository, imageTag}`. Proven where the mapping (by `name`, its own field) or its fields say that they are an
 * image; else a repository with a tag is a suspect.
 */
export function joinedIn(mapping: Mapping, name: string): Joined[] {
  const owned = claimOf(name) !== undefined
  const parted = placedIn(mapping, owned)
  if (parted.length > 0) return parted
  return Object.keys(mapping).flatMap(key => {
    const [, prefix = '', part = ''] = /^(.*?)[-_]?(repository|repo|name|image)$/i.exec(key) ?? []
    const repository = textOf(mapping[key])
    const form = part === '' ? undefined : formOf(repository)
    if (form === undefined) return []
    const isImage = /image/i.test(part)
    const says = owned || claimOf(isImage ? key : prefix) === 'image'
    // A name by itself is anybody's: a container's, a person's, that of a repository of source code.
    if (!says && (!/^repository$/i.test(part) || /git|source|chart/i.test(prefix))) return []
    const field = (...parts: string[]) => fieldOf(mapping, isImage ? ['', key] : [prefix], parts)
    const tag = field('tag', ...(says && !isImage ? ['version'] : []))
    const digest = field('digest', 'sha')
    const keys = [key, tag.key, digest.key].filter(one => one !== undefined)
    const text = joinName(field('registry', 'hub').text, repository, tag.text, digest.text)
    if (keys.length > 1 && formOf(text) === 'tagged') {
      const sure = owned || (says && (!isImage || keys.every(one => /image/i.test(one))))
      // A machine's image has a name and a version as well.
      const isWord = /^name$/i.test(part) && /version$/i.test(tag.key ?? '') && !repository.includes('/')
      return [{ text, verdict: sure && !isWord ? 'proven' : 'suspect', keys }]
    }
    const alone = says && /^repo/i.test(part) && keys.length === 1
    return alone ? [{ text, verdict: form === 'tagged' ? 'proven' : 'suspect', keys }] : []
  })
}

/**
 * `{repository, image, version}`: what the repository is said to be may be all but the last part of it. With a `name` for
 * the `image` it may be so or not.
 */
function placedIn(mapping: Mapping, owned: boolean): Joined[] {
  const field = (...parts: string[]) => fieldOf(mapping, [''], parts)
  const place = field('repository', 'repo')
  const image = field('image')
  const last = image.key === undefined && owned ? field('name') : image
  const tag = field('tag', 'version')
  const keys = [last.key, place.key, tag.key].filter(key => key !== undefined)
  if (keys.length < 3 || formOf(last.text) !== 'bare' || last.text.includes('/')) return []
  const registry = field('registry', 'hub').text
  const places = [`${place.text}/${last.text}`, ...(last === image ? [] : [place.text])]
  return places
    .map(repository => joinName(registry, repository, tag.text, field('digest', 'sha').text))
    .filter(text => formOf(text) === 'tagged')
    .map(text => ({ text, verdict: 'suspect', keys }))
}

function joinName(host: string, repository: string, tag: string, digest: string): string {
  const registry = host.replace(/\/$/, '')
  const place =
    registry === '' || repository.startsWith(`${registry}/`) ? repository : `${registry}/${repository}`
  const hash = /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest
  const isHash = /^sha256:/.test(tag)
  const version = tag === '' ? '' : isHash ? `@${tag}` : `:${tag}`
  return `${place}${version}${hash === '' || isHash ? '' : `@${hash}`}`
}

/** The first of some fields that has a text, however its name is written. */
function fieldOf(mapping: Mapping, prefixes: readonly string[], parts: readonly string[]) {
  const plain = (key: string) => key.replace(/[-_]/g, '').toLowerCase()
  const wanted = parts.flatMap(part => prefixes.map(prefix => plain(prefix + part)))
  const key = Object.keys(mapping).find(one => wanted.includes(plain(one)) && textOf(mapping[one]) !== '')
  return { key, text: key === undefined ? '' : textOf(mapping[key]) }
}

/** A text, or a number as Kubernetes gives it to whoever reads the object; `` for anything else. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
