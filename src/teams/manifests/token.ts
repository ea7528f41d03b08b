import type { MappingPlace, YamlPlace } from '../../kernel/yaml/index.ts'
import type { Edit, Instead, Remark, Rewriting } from './found.ts'
import { commentsIn, indentAt, isQuoted, newlineOf, plain, startsLine, stepOf } from './layout.ts'
import { pairOf, textAt } from './places.ts'

const nothing: Rewriting = { edits: [], remarks: [] }

/** What is written in place of a service token, where a provider of Infisical has one. @param kind of the store */
export function instead(text: string, provider: MappingPlace, wanted: Instead, kind: string): Rewriting {
  const auth = pairOf(provider, 'auth')?.value
  const inAuth = pairOf(auth, 'serviceToken')
  const token = inAuth ?? pairOf(provider, 'serviceToken')
  if (token === undefined) return nothing
  const at = token.key.start
  const left = (said: string): Rewriting => ({ edits: [], remarks: [{ kind: 'left', at, text: said }] })
  const others = auth?.kind === 'mapping' ? auth.pairs.filter(pair => pair !== inAuth) : []
  if (others.length > 0)
    return left('it has serviceToken and another way to log in: take serviceToken out, v1 has no such field')
  if (inAuth === undefined && auth !== undefined)
    return left('it has serviceToken beside auth: take it out, and write auth.universalAuthCredentials')
  const credentials = credentialsOf(token.value, wanted, kind)
  const place = inAuth === undefined ? provider : auth
  const isInBlock = place?.kind === 'mapping' && !place.flow && startsLine(text, at)
  if (place?.kind !== 'mapping' || !place.pairs.includes(token) || !(place.flow || isInBlock))
    return left(`serviceToken: v1 has no such field; write ${inFlow(credentials, true, '')} for it`)
  const whole = text.slice(at, Math.max(token.key.end + 1, token.value.end)).trimEnd()
  const made = place.flow
    ? inFlow(credentials, inAuth === undefined, isQuoted(text, token.key) ? '"' : '')
    : inBlock(text, token, credentials, inAuth === undefined)
  const replaced: Edit = { start: at, end: at + whole.length, text: made }
  return { edits: [replaced], remarks: toldOf(token, credentials, kind) }
}

/** What goes without saying in a diff, and has to be said. */
function toldOf({ key, value }: Pair, { name, namespace }: Credentials, kind: string): Remark[] {
  const secret = [namespace, name].filter(Boolean).join('/')
  const where = kind === 'SecretStore' ? `${secret} beside the store` : secret
  const told = `a service token logs in no more: Secret ${where} must have clientId and clientSecret of a machine identity; sealift stores apply makes stores with theirs`
  const isClear = value.kind === 'scalar' && value.value !== ''
  return [
    { kind: 'told', at: key.start, text: told },
    ...(isClear
      ? [
          {
            ...({ kind: 'told', at: key.start } as const),
            text: 'the service token stood here in clear: delete it in Infisical',
          },
        ]
      : []),
    ...(kind === 'ClusterSecretStore' && namespace === undefined
      ? [
          {
            ...({ kind: 'left', at: key.start } as const),
            text: 'a ClusterSecretStore needs to know in which namespace its credentials are: write namespace beside their name, or say --credentials NAMESPACE/NAME',
          },
        ]
      : []),
  ]
}

type Pair = MappingPlace['pairs'][number]
type Credentials = Readonly<Record<'name', string>> & { readonly namespace?: string }
const keys = ['clientId', 'clientSecret'] as const

/** The Secret of the credentials: in the namespace that was said, or the token's own; of a SecretStore always beside it. */
function credentialsOf(token: YamlPlace, { credentials }: Instead, kind: string): Credentials {
  // External Secrets Operator refuses one that names a namespace which is not its own.
  if (kind === 'SecretStore') return { name: credentials.name }
  const own = textAt(token, 'secretRef', 'namespace') ?? textAt(token, 'namespace')
  const plain = own !== undefined && /^[a-z0-9-]+$/.test(own) ? own : undefined
  const namespace = credentials.namespace ?? plain
  return { name: credentials.name, ...(namespace === undefined ? {} : { namespace }) }
}

function inBlock(text: string, { key, value }: Pair, credentials: Credentials, withAuth: boolean): string {
  const indent = indentAt(text, key.start)
  const step = ' '.repeat(stepOf(text, value, indent))
  const lines = [
    'universalAuthCredentials:',
    ...keys.flatMap(key => [
      `${step}${key}:`,
      ...Object.entries({ ...credentials, key }).map(
        ([name, field]) => `${step}${step}${name}: ${plain(field)}`,
      ),
    ]),
  ]
  const whole = withAuth ? ['auth:', ...lines.map(line => step + line)] : lines
  return [...commentsIn(text, key.end, value), ...whole].join(`${newlineOf(text)}${' '.repeat(indent)}`)
}

function inFlow(credentials: Credentials, withAuth: boolean, quote: string): string {
  const quoted = (word: string) => quote + word + quote
  const mapping = (fields: readonly (readonly [string, string])[]) =>
    `{ ${fields.map(([name, field]) => `${quoted(name)}: ${field}`).join(', ')} }`
  const of = keys.map(key => {
    const fields = Object.entries({ ...credentials, key }).map(
      ([name, field]) => [name, quote === '' ? plain(field) : quoted(field)] as const,
    )
    return [key, mapping(fields)] as const
  })
  const made = `${quoted('universalAuthCredentials')}: ${mapping(of)}`
  return withAuth ? `${quoted('auth')}: { ${made} }` : made
}
