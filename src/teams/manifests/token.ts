import type { MappingPlace, YamlPlace } from '../../kernel/yaml/index.ts'
import type { Edit, Instead, Rewriting } from './found.ts'
import { pairOf, textAt } from './places.ts'

/** What is written in place of a service token, where a provider of Infisical has one. */
export function instead(text: string, provider: MappingPlace, wanted: Instead): Rewriting {
  const auth = pairOf(provider, 'auth')?.value
  const inAuth = pairOf(auth, 'serviceToken')
  const token = inAuth ?? pairOf(provider, 'serviceToken')
  if (token === undefined) return { edits: [], remarks: [] }
  const at = token.key.start
  const left = (said: string): Rewriting => ({ edits: [], remarks: [{ kind: 'left', at, text: said }] })
  const others = auth?.kind === 'mapping' ? auth.pairs.filter(pair => pair !== inAuth) : []
  if (others.length > 0)
    return left('it has serviceToken and another way to log in: take serviceToken out, v1 has no such field')
  if (inAuth === undefined && auth !== undefined)
    return left('it has serviceToken beside auth: take it out, and write auth.universalAuthCredentials')
  const place = inAuth === undefined ? provider : auth
  if (place?.kind !== 'mapping' || place.flow || !place.pairs.includes(token) || !startsLine(text, at))
    return left(
      `serviceToken: v1 has no such field; write ${said(credentialsOf(token.value, wanted))} for it`,
    )
  const credentials = credentialsOf(token.value, wanted)
  const indent = at - lineStart(text, at)
  const step = stepOf(text, token.value, indent)
  const comments = commentsIn(text, token.key.end, token.value)
  const lines = [
    ...(inAuth === undefined ? ['auth:'] : []),
    ...[
      'universalAuthCredentials:',
      ...(['clientId', 'clientSecret'] as const).flatMap(key => [
        `${' '.repeat(step)}${key}:`,
        ...Object.entries({ ...credentials, key }).map(
          ([name, value]) => `${' '.repeat(2 * step)}${name}: ${value}`,
        ),
      ]),
    ].map(line => (inAuth === undefined ? ' '.repeat(step) + line : line)),
  ]
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const joined = [...comments, ...lines].join(`${newline}${' '.repeat(indent)}`)
  const all = text.slice(at, Math.max(token.key.end + 1, token.value.end)).trimEnd()
  const replaced: Edit = { start: at, end: at + all.length, text: joined }
  const scope = scopeOf(text, provider, wanted)
  const told = `a service token logs in no more: Secret ${[credentials.namespace, credentials.name].filter(Boolean).join('/')} must have clientId and clientSecret of a machine identity; sealift stores apply makes stores with theirs`
  const inClear =
    token.value.kind === 'scalar' && token.value.value !== ''
      ? [{ kind: 'told' as const, at, text: 'the service token stood here in clear: delete it in Infisical' }]
      : []
  return {
    edits: [replaced, ...scope.edits],
    remarks: [{ kind: 'told', at, text: told }, ...inClear, ...scope.remarks],
  }
}

type Credentials = Readonly<Record<'name', string>> & { readonly namespace?: string }

/** The Secret of the credentials: in the namespace that was said, or the token's own. */
function credentialsOf(token: YamlPlace, { credentials }: Instead): Credentials {
  const own = textAt(token, 'secretRef', 'namespace') ?? textAt(token, 'namespace')
  const plain = own !== undefined && /^[a-z0-9-]+$/.test(own) ? own : undefined
  const namespace = credentials.namespace ?? plain
  return { name: credentials.name, ...(namespace === undefined ? {} : { namespace }) }
}

function said(credentials: Credentials): string {
  const of = (key: string) =>
    `${key}: { ${Object.entries({ ...credentials, key })
      .map(pair => pair.join(': '))
      .join(', ')} }`
  return `auth: { universalAuthCredentials: { ${of('clientId')}, ${of('clientSecret')} } }`
}

/** `secretsScope`, which v1 wants, where the provider has none. */
function scopeOf(text: string, provider: MappingPlace, { project, environment }: Instead): Rewriting {
  if (pairOf(provider, 'secretsScope') !== undefined) return { edits: [], remarks: [] }
  const first = provider.pairs[0]?.key
  const at = first?.start ?? provider.start
  if (project === undefined || environment === undefined)
    return {
      edits: [],
      remarks: [
        {
          ...({ kind: 'left', at } as const),
          text: 'provider.infisical has no secretsScope, which v1 wants: write secretsScope: { projectSlug: PROJECT, environmentSlug: ENVIRONMENT }, or say --project and --environment',
        },
      ],
    }
  const indent = ' '.repeat(at - lineStart(text, at))
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = ['secretsScope:', `  projectSlug: ${project}`, `  environmentSlug: ${environment}`, '']
  return { edits: [{ start: at, end: at, text: lines.join(`${newline}${indent}`) }], remarks: [] }
}

const lineStart = (text: string, at: number) => text.lastIndexOf('\n', at - 1) + 1

/** Whether only blanks stand before a place in its line. */
const startsLine = (text: string, at: number) => /^ *$/.test(text.slice(lineStart(text, at), at))

/** How far a mapping is to the right of its key. */
function stepOf(text: string, value: YamlPlace, indent: number): number {
  if (value.kind !== 'mapping' || value.flow) return 2
  const step = value.start - lineStart(text, value.start) - indent
  return step > 0 && step <= 8 ? step : 2
}

/** The comments of what is taken away, which stay. */
function commentsIn(text: string, from: number, value: YamlPlace): string[] {
  const taken: string[] = []
  let at = from
  const gap = (to: number) => {
    for (const comment of text.slice(at, to).match(/(?<=^|\s)#[^\r\n]*/g) ?? []) taken.push(comment)
  }
  const visit = (place: YamlPlace): void => {
    if (place.start < at) return
    if (place.kind === 'scalar') {
      gap(place.start)
      at = place.end
    } else if (place.kind === 'sequence') place.items.forEach(visit)
    else
      for (const pair of place.pairs) {
        visit(pair.key)
        visit(pair.value)
      }
  }
  visit(value)
  return taken
}
