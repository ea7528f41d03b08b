import * as z from 'zod'
import { messageOf, printable, SealiftError } from '../errors/index.ts'
import { parseYaml } from '../yaml/index.ts'

// One definition gives the type, the check that lists every fault, and bundles/schema/site.schema.json.

const kubernetesName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'a Kubernetes name: lower-case letters, digits, dashes, dots',
  )
const secretKey = z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, 'a key of a Secret')
const hostName = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]+)$/, 'a host name or an IP address')
const port = z.number().int().min(1).max(65535)
// What role and database may be called: PostgreSQL cuts names at 63 bytes without a word.
const databaseName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, 'letters, digits, _ and -, at most 63')
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
  .refine(text => !/[?#@]/.test(text), 'no user, query or fragment in it')

const publicKey = z
  .string()
  .regex(
    /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]{1,4096}-----END PUBLIC KEY-----\s*$/,
    'the text of a .pub file: -----BEGIN PUBLIC KEY----- …',
  )

const secretRef = z.strictObject({ namespace: kubernetesName, name: kubernetesName, key: secretKey })

const database = z
  .strictObject({
    host: hostName.describe('As the pods see it; NAME.NAMESPACE.svc is reached through the API server'),
    port: port.default(5432),
    name: databaseName.default('infisical'),
    user: databaseName.default('infisical'),
    tls: z
      .enum(['disable', 'require', 'verify-full'])
      .default('require')
      .describe(
        'require encrypts and trusts any certificate; verify-full also checks it; disable must be said',
      ),
    ca: secretRef.optional().describe('Secret with the CA certificate (PEM), for verify-full'),
    admin: z
      .strictObject({
        namespace: kubernetesName,
        name: kubernetesName,
        usernameKey: secretKey.default('username'),
        passwordKey: secretKey.default('password'),
      })
      .optional()
      .describe('Secret with an administrator that makes role and database'),
    uri: secretRef
      .optional()
      .describe('Secret with a postgresql:// URI of a database that is there already; it is only checked'),
  })
  .refine(({ admin, uri }) => (admin === undefined) !== (uri === undefined), {
    error: 'name exactly one of admin and uri',
  })
  .refine(({ tls, ca }) => tls !== 'verify-full' || ca !== undefined, {
    path: ['ca'],
    error: 'verify-full needs ca: a Secret with the CA certificate',
  })

const dragonfly = z.strictObject({
  host: hostName,
  port: port.default(6379),
  database: z
    .number()
    .int()
    .min(0)
    .max(1023)
    .default(0)
    .describe("Infisical's keys have no prefix: give it a number of its own on a shared instance"),
  tls: z.boolean().default(false),
  password: secretRef.optional(),
})

/** The shape of site.yaml. */
export const siteSchema = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('Site'),
  metadata: z.strictObject({ name: kubernetesName }),
  cluster: z
    .strictObject({
      kubeconfig: z.string().min(1).optional(),
      context: z.string().min(1).optional(),
    })
    .default({}),
  containerd: z
    .strictObject({
      ctr: z.array(z.string().min(1)).min(1).describe('The ctr command as words, such as [k3s, ctr]'),
      address: z.string().startsWith('/').optional(),
    })
    .optional()
    .describe('Found by itself when left out'),
  url: httpUrl.optional().describe('SITE_URL: where people reach it'),
  keys: z
    .array(publicKey)
    .min(1)
    .max(16)
    .optional()
    .describe(
      'Public keys (PEM, as in a .pub file), one of which must have signed every bundle that is used here',
    ),
  organization: z
    .string()
    .regex(/^[^\p{Cc}]{1,64}$/u, '1 to 64 characters')
    .describe("Infisical's organisation, made at bootstrap"),
  admin: z.strictObject({ email: z.email('an e-mail address') }),
  database,
  dragonfly,
  ingress: z
    .strictObject({
      host: hostName,
      className: kubernetesName.optional(),
      tlsSecret: kubernetesName.optional(),
    })
    .optional(),
  memory: z
    .strictObject({ heapMiB: z.number().int().min(64).max(65536) })
    .optional()
    .describe("V8's heap; derived from the container's memory limit when left out"),
})

/** What this site is like: a validated site.yaml, defaults filled in. */
export type Site = z.infer<typeof siteSchema>
/** Where one value lies in the cluster. */
export type SecretRef = z.infer<typeof secretRef>

/**
 * A site file's text, checked.
 * @throws SealiftError SITE_INVALID with every fault, each as `path: what is wrong`
 */
export function parseSite(text: string, fileName: string): Site {
  const result = siteSchema.safeParse(readYaml(text, fileName))
  if (result.success) return result.data
  const faults = result.error.issues.map(issue => {
    const path = issue.path.join('.')
    return printable(path === '' ? issue.message : `${path}: ${issue.message}`)
  })
  throw new SealiftError('SITE_INVALID', `${printable(fileName)} has ${count(faults.length)}`, { faults })
}

/** The JSON Schema that editors check site.yaml with. */
export function siteJsonSchema(): unknown {
  return z.toJSONSchema(siteSchema, { io: 'input' })
}

function readYaml(text: string, fileName: string): unknown {
  try {
    return parseYaml(text)
  } catch (error) {
    // Only the first line: what follows quotes the file.
    const reason = printable(messageOf(error).split('\n')[0] ?? '')
    throw new SealiftError('SITE_INVALID', `${printable(fileName)} is not YAML`, { faults: [reason] })
  }
}

function count(faults: number): string {
  return faults === 1 ? '1 fault' : `${faults} faults`
}
