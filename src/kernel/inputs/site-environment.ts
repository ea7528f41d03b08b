import * as z from 'zod'
import { secretRef } from '../fields/index.ts'
import { fieldsOf, isSecretName, isSecretText } from '../objects/index.ts'
import { setElsewhere } from './server-variables.ts'

const expected = 'text (numbers, true and false in quotes), or a Secret: { secret: { namespace, name, key } }'

const text = z
  .string()
  .max(65_536)
  .regex(/^[^\0]*$/, 'text without a NUL')
const variable = z.union(
  [text, z.strictObject({ secret: secretRef.describe('Secret that holds the value') })],
  {
    error: expected,
  },
)

/** What Infisical is given beside what Sealift wires: site.yaml's `infisical`. */
export const infisicalFields = z.strictObject({
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,252}$/, 'a name of letters, digits and _'),
      variable,
      // Of a name that cannot be, too: a fault is told where it is.
      { error: issue => (issue.code === 'invalid_key' ? 'a name of letters, digits and _' : undefined) },
    )
    .default({})
    .describe(
      "Variables of Infisical's server, by name: text, or { secret: { namespace, name, key } }; those that Sealift sets itself are refused",
    ),
})

/** Variables as site.yaml has them. */
export type ServerEnvironment = z.infer<typeof infisicalFields>['env']

/** What site.yaml cannot say of the server's variables, a line each; read as it was written. Quotes no value. */
export function variableFaults(raw: unknown): string[] {
  const variables = fieldsOf(fieldsOf(fieldsOf(raw)['infisical'])['env'])
  return Object.entries(variables).flatMap(([name, value]) => {
    const by = setElsewhere.get(name)
    const wanted = by === undefined ? literalFault(name, value) : `no such variable here: ${by}`
    return wanted === undefined ? [] : [`infisical.env.${name}: expected ${wanted}`]
  })
}

function literalFault(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const why = isSecretName(name) ? 'name' : isSecretText(value) ? 'value' : undefined
  if (why === undefined) return undefined
  return `a Secret, { secret: { namespace, name, key } }: by its ${why} it is one, and this file may be read`
}
