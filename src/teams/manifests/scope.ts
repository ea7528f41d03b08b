import type { MappingPlace } from '../../kernel/yaml/index.ts'
import type { Instead, Rewriting } from './found.ts'
import { indentAt, isQuoted, newlineOf, plain, startsLine } from './layout.ts'
import { pairOf } from './places.ts'

const advice =
  'provider.infisical has no secretsScope, which v1 wants: write secretsScope: { projectSlug: PROJECT, environmentSlug: ENVIRONMENT }'

/** `secretsScope`, which v1 wants of every store of Infisical beside its login, where the provider has none. */
export function scopeOf(text: string, provider: MappingPlace, { project, environment }: Instead): Rewriting {
  // One without a login is no whole store: a patch of one need not say its scope.
  const isWhole = pairOf(provider, 'auth') !== undefined || pairOf(provider, 'serviceToken') !== undefined
  const first = provider.pairs[0]?.key
  if (first === undefined || !isWhole || pairOf(provider, 'secretsScope') !== undefined)
    return { edits: [], remarks: [] }
  const at = first.start
  const left = (how: string): Rewriting => ({ edits: [], remarks: [{ kind: 'left', at, text: how }] })
  if (project === undefined || environment === undefined)
    return left(`${advice}, or say --project and --environment`)
  if (!provider.flow && !startsLine(text, at)) return left(advice)
  const quote = isQuoted(text, first) ? '"' : ''
  const [scope, projectSlug, environmentSlug] = ['secretsScope', 'projectSlug', 'environmentSlug'].map(
    word => quote + word + quote,
  )
  const inLine = `${scope}: { ${projectSlug}: "${project}", ${environmentSlug}: "${environment}" }, `
  if (provider.flow) return { edits: [{ start: at, end: at, text: inLine }], remarks: [] }
  const lines = [
    'secretsScope:',
    `  projectSlug: ${plain(project)}`,
    `  environmentSlug: ${plain(environment)}`,
    '',
  ]
  const inLines = lines.join(`${newlineOf(text)}${' '.repeat(indentAt(text, at))}`)
  return { edits: [{ start: at, end: at, text: inLines }], remarks: [] }
}
