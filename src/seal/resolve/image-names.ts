import { parseReference } from '../../kernel/oci/index.ts'

/**
 * What the name of a flag, a variable or a field says of its value: `image` that it is one (`--helper-image`,
 * `imageName`, `RELATED_IMAGE_X`), `about` that it has to do with one and may be one (`IMAGE_REDIS`).
 */
export type Claim = 'image' | 'about'

/** Whether a value is an image beyond doubt, or only looks like one. */
export type Verdict = 'proven' | 'suspect'

const still = new Set(['name', 'names', 'ref', 'reference', 'fullname'])
// Of an image, but none: settings, places, parts of a name, and what must not be shown.
const other = new Set(
  `addr address arch auth cache concurrency config credential credentials deadline description digest dir directory
  endpoint endpoints env extension features file format gc height host hostname hub interval key kind label
  login mirror mirrors os password path period platform policy port prefix progress proxy pull pullpolicy pullsecret
  pullsecrets quality qps registries registry repo repository schedule secret secrets server service sha size socket
  suffix svc tag threshold time timeout token type user username version width`.split(/\s+/),
)

// Before it: images of others, that may or may not be there.
const foreign = new Set(
  'allow allowed block blocked delete denied deny disallowed exclude excluded exempt exempted forbidden ignore ignored prune skip'.split(
    ' ',
  ),
)

/** What a name says, whether in camel case, with dashes, dots or underscores; `undefined` when nothing about an image. */
export function claimOf(name: string): Claim | undefined {
  if (name.length > 200) return undefined
  const words = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
  const at = words.findLastIndex(word => /(?:image|img)s?(?:name|ref)?\d*$/.test(word))
  if (at < 0) return undefined
  if (words.slice(0, at).some(word => foreign.has(word))) return undefined
  if (words[at - 1] === 'related') return 'image'
  const rest = words.slice(at + 1)
  if (rest.every(word => still.has(word) || /^\d+$/.test(word))) return 'image'
  return rest.some(word => other.has(word)) ? undefined : 'about'
}

// Values of fields called `image` that are words or pictures.
const noName =
  /^(?:true|false|yes|no|on|off|none|null|auto|default|always|string)$|\.(?:png|jpe?g|gif|svg|webp|ico|bmp|iso|img|qcow2|raw|tar|tgz|gz|zip)$/i

/** A name in a field of an object. `data["a.yaml"]: spec.image` is a field of a document that is the text of another. */
export interface Finding {
  readonly field: string
  readonly text: string
  readonly verdict: Verdict
}

/** How a text is an image name: with a tag or digest written out, without, or not at all. */
export function formOf(text: string): 'tagged' | 'bare' | undefined {
  const reference = parseReference(text)
  // `12:30` and `8080:80` have the form of a name as well.
  if (reference === undefined || !/[a-z][^/]*$/.test(reference.repository)) return undefined
  const { tag, digest } = reference
  if (digest !== undefined || (tag !== undefined && text.endsWith(`:${tag}`))) return 'tagged'
  return noName.test(text) ? undefined : 'bare'
}

/**
 * What a value is, by what its name claims. A name with a tag is an image where it is said to be one; where it is only
 * said to be about one, and might be host and port or user and password, it must look like a version as well.
 */
export function verdictOf(claim: Claim | undefined, text: string): Verdict | undefined {
  const form = claim === undefined ? undefined : formOf(text)
  if (form === undefined) return undefined
  if (form === 'bare') return claim === 'image' ? 'suspect' : undefined
  return claim === 'image' || isFullImageName(text) || hasVersion(text) ? 'proven' : 'suspect'
}

/**
 * Whether a text is an image name beyond doubt of form: host with a dot or port, repository, and a tag or
 * digest, all written out. `nginx` and `release/v1` are words, not images.
 */
export function isFullImageName(text: string): boolean {
  if (text.length > 400) return false
  const host = text.slice(0, Math.max(0, text.indexOf('/')))
  if (!/[.:]/.test(host) && host !== 'localhost') return false
  const reference = parseReference(text)
  if (reference === undefined) return false
  return reference.digest !== undefined || (reference.tag !== undefined && text.endsWith(`:${reference.tag}`))
}

/** Whether a name's tag looks like one of an image, and not like a port: `v1`, `1.36-alpine`, `latest`; or it has a digest. */
export function hasVersion(text: string): boolean {
  const tag = parseReference(text)?.tag
  if (tag === undefined) return text.includes('@')
  if (/^(?:80|\d{3,5})$/.test(tag) || /^\d+(?:\.\d+){3}$/.test(tag)) return false
  return /^v?\d[\w.-]*$|^(?:latest|stable|edge|main|master|nightly|alpine|slim|dev)(?:-[\w.]+)?$/.test(tag)
}
