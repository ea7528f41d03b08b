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
  return Object.keys(mapping).flatMap(key => {
    const [, prefix = '', part = ''] = /^(.*?)[-_]?(repository|repo|name|image)$/i.exec(key) ?? []
    const repository = textOf(mapping[key])
    const form = part === '' ? undefined : formOf(repository)
    if (form === undefined) return []
    const isImage = /image/i.test(part)
    const says = owned || claimOf(isImage ? key : prefix) === 'image'
    // A name by itself is anybody's: a container's, a person's, that of a repository of source code.
    if (!says && key !== 'repository') return []
    const field = (...parts: string[]) => fieldOf(mapping, isImage ? ['', key] : [prefix], parts)
    const tag = field('tag', ...(says && !isImage ? ['version'] : []))
    const digest = field('digest', 'sha')
    const keys = [key, tag.key, digest.key].filter(one => one !== undefined)
    const text = joinName(field('registry', 'hub').text, repository, tag.text, digest.text)
    if (keys.length > 1 && formOf(text) === 'tagged') {
      const sure = owned || (says && (!isImage || keys.every(one => /image/i.test(one))))
      return [{ text, verdict: sure ? 'proven' : 'suspect', keys }]
    }
    const alone = says && /^repo/i.test(part) && keys.length === 1
    return alone ? [{ text, verdict: form === 'tagged' ? 'proven' : 'suspect', keys }] : []
  })
}

function joinName(registry: string, repository: string, tag: string, digest: string): string {
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
