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
 * Takes a request's address apart. Names of secrets stay, which are in paths such as /api/v4/secrets/NAME; what has the
 * form of a token is masked wherever it stands.
 */
export function addressOf(url: string): Address {
  const [before = '', ...rest] = url.split('?')
  const segments = before.split('/')
  const path = segments
    .map((segment, at) => (isNamed(segments, at) ? shown(segment) : masked(segment)))
    .join('/')
  const query: Record<string, string> = {}
  let dropped = 0
  for (const [key, value] of new URLSearchParams(rest.join('?'))) {
    if (known.has(key)) query[key] = value.split('/').map(masked).join('/')
    else dropped += 1
  }
  return { path, query, dropped }
}

/** Whether the segment is the name of a secret or the slug of a project by where it stands. */
function isNamed(segments: readonly string[], at: number): boolean {
  const [one, two, three] = [segments[at - 1], segments[at - 2], segments[at - 3]]
  // /api/v3/secrets/raw/NAME, /api/v4/secrets/NAME; not what the server itself calls a route there.
  const isSecret =
    (one === 'raw' && two === 'secrets') || (one === 'secrets' && /^v\d$/.test(two ?? '') && three === 'api')
  return (isSecret && !isToken(segments[at] ?? '')) || (one === 'slug' && two === 'projects')
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
