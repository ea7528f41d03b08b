import * as z from 'zod'
import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import { endpointUrl } from './endpoint.ts'

// More than anybody reads.
const mostFaults = 100

// K3s reads no other fields, so a field that is not here is a typing mistake worth telling.
const auth = z.strictObject({
  username: z.string().nullish(),
  password: z.string().nullish(),
  auth: z.string().nullish(),
  identity_token: z.string().nullish(),
  token: z.string().nullish(),
})

// The words of YAML 1.1, which K3s reads.
const flag = z.stringbool({ truthy: ['y', 'yes', 'on', 'true'], falsy: ['n', 'no', 'off', 'false'] })

const tls = z.strictObject({
  ca_file: z.string().nullish(),
  cert_file: z.string().nullish(),
  key_file: z.string().nullish(),
  insecure_skip_verify: flag.nullish(),
})

const endpoint = z.string().refine(text => endpointUrl(text) !== undefined, {
  message: 'must be an http:// or https:// address without user, query or fragment',
})

// `$1` and `${name}` are Go's; a pattern that JavaScript cannot compile is refused here rather than ignored later.
const rewrite = z.record(
  z.string().refine(pattern => toRegExp(pattern) !== undefined, { message: 'is not a regular expression' }),
  z.string(),
)

const schema = z.strictObject({
  mirrors: z
    .record(
      z.string(),
      z.strictObject({ endpoint: z.array(endpoint).nullish(), rewrite: rewrite.nullish() }).nullable(),
    )
    .nullish(),
  configs: z
    .record(z.string(), z.strictObject({ auth: auth.nullish(), tls: tls.nullish() }).nullable())
    .nullish(),
})

/** A registries.yaml as K3s documents it (docs.k3s.io, private-registry). */
export type RegistriesFile = z.infer<typeof schema>

/** A Go regular expression as JavaScript's, or nothing when it has no such form. */
export function toRegExp(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern.replaceAll('(?P<', '(?<'))
  } catch {
    return undefined
  }
}

/**
 * Reads and validates a registries.yaml.
 * @throws SealiftError SPEC_INVALID that names the file and lists every fault; no value of the file is repeated.
 */
export function parseRegistriesFile(path: string, text: string): RegistriesFile {
  const invalid = (faults: string[], cause?: unknown) =>
    new SealiftError('SPEC_INVALID', `${path}: not a valid registries file`, {
      faults,
      hints: ['The format is that of K3s: https://docs.k3s.io/installation/private-registry'],
      ...(cause === undefined ? {} : { cause }),
    })
  let value: unknown
  try {
    // K3s has it from yaml.v2 as typed fields: a password of digits is a text.
    value = parseManifests(text, { typed: false })[0]
  } catch (error) {
    // Only the first line: the others quote the file, which holds passwords.
    throw invalid([printable(messageOf(error).split('\n')[0] ?? '')])
  }
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.flatMap(faultsOf).slice(0, mostFaults))
}

/** One line per fault; a fault inside a mapping's key carries its own list. */
function faultsOf(issue: z.core.$ZodIssue): string[] {
  const nested = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message]
  const place = printable(issue.path.map(String).join('.')) || 'the file'
  return nested.map(message => `${place}: ${printable(message)}`)
}
