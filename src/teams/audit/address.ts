import { printable } from '../../kernel/errors/index.ts'

/** Of a request's query, what says which secrets were meant, and how: no other key has its value kept. */
const known = new Set([
  ...['projectId', 'projectSlug', 'workspaceId', 'workspaceSlug', 'environment', 'secretPath', 'path'],
  ...['recursive', 'viewSecretValue', 'expandSecretReferences', 'include_imports', 'includeImports'],
  ...['type', 'version', 'limit', 'offset', 'orgId', 'organizationId', 'identityId'],
])
const longest = 500

/** What of a request's address is kept. */
export interface Address {
  /** Without its query; what looks like a token is masked. */
  readonly path: string
  /** The values of known keys. */
  readonly query: Readonly<Record<string, string>>
  /** How many others there were. */
  readonly dropped: number
}

/**
 * Takes a request's address apart. Of its path words of routes stay, ids, and names where names are: of secrets
 * (/api/v4/secrets/NAME) and of projects. Everything else may be a token, and is masked.
 */
export function addressOf(url: string): Address {
  const [before = '', ...rest] = url.split('?')
  const segments = before.split('/')
  const path = segments.map((segment, at) => (isPlain(segments, at) ? shown(segment) : '[masked]')).join('/')
  const query: Record<string, string> = {}
  let dropped = 0
  for (const [key, value] of new URLSearchParams(rest.join('?'))) {
    if (known.has(key)) query[key] = value.split('/').map(masked).join('/')
    else dropped += 1
  }
  return { path, query, dropped }
}

const version = /^v\d{1,2}$/
const id = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,9})$/i
// As the server has them: universal-auth, saml2, checkAuth, favicon.ico.
const word = /^[a-z]{1,20}\d?(-[a-z]{1,20}\d?)*(\.[a-z]{2,5})?$|^[a-z]{1,20}([A-Z][a-z]{1,20}){1,3}$/
const slug = /^[a-z0-9-]{1,64}$/
/** Whoever knows what comes behind one of these is given a secret. */
const sharing = new Set([
  'secret-sharing',
  'shared-secret',
  'secret-share',
  'share-secret',
  'shared',
  'share',
])
const sharingRoutes = new Set([
  'shared',
  'public',
  'secret',
  'secrets',
  'requests',
  'access',
  'reveal',
  'unlock',
])
const slugsBehind = new Set(['slug', 'projects', 'workspace', 'environments'])

/** Whether a segment is no token, by its form and by where it stands. */
function isPlain(segments: readonly string[], at: number): boolean {
  const segment = segments[at] ?? ''
  if (segments.slice(0, at).some(one => sharing.has(one.toLowerCase()))) return sharingRoutes.has(segment)
  if (isToken(segment)) return false
  if (segment === '' || version.test(segment) || id.test(segment) || word.test(segment)) return true
  return isSecret(segments, at) || (slugsBehind.has(segments[at - 1] ?? '') && slug.test(segment))
}

/** Whether the segment is the name of a secret by where it stands: /api/v3/secrets/raw/NAME, /api/v4/secrets/NAME. */
function isSecret(segments: readonly string[], at: number): boolean {
  const before = segments.slice(0, at).join('/')
  return at === segments.length - 1 && /^\/api\/v\d\/secrets(\/raw)?$/.test(before)
}

const shown = (text: string) => printable(text, longest)

function masked(segment: string): string {
  return isToken(segment) || isRandom(segment) ? '[masked]' : shown(segment)
}

/** Tokens by their own form: JSON web tokens, service tokens. */
function isToken(text: string): boolean {
  return /^(eyJ[\w-]*\.|st\.)/.test(text)
}

/** What has the look of chance: long, with digits and letters; ids (UUIDs) are none. */
function isRandom(text: string): boolean {
  const plain = text.replace(/%[0-9A-Fa-f]{2}/g, '')
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
  return !isId && plain.length >= 20 && /\d/.test(plain) && /[A-Za-z]/.test(plain)
}
