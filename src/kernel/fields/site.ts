import * as z from 'zod'
import { parseReference } from '../oci/index.ts'

// What several fields of site.yaml are made of. Each says what it expects in words that end "expected …".

/** The name of a Kubernetes object. */
export const kubernetesName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'a Kubernetes name: lower-case letters, digits, dashes, dots',
  )

/** A key in a Secret. */
export const secretKey = z.string().regex(/^[A-Za-z0-9._-]{1,253}$/, 'a key of a Secret')

/** Where a server is. */
export const hostName = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]+)$/, 'a host name or an IP address')

/** A TCP port. */
export const port = z.number().int().min(1).max(65535)

/** What role and database may be called: PostgreSQL cuts names at 63 bytes without a word. */
export const databaseName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, 'letters, digits, _ and -, at most 63')

/** An address that people open. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
  .refine(text => !/[?#@]/.test(text), 'no user, query or fragment in it')

/** A public key as its .pub file has it. */
export const publicKey = z
  .string()
  .regex(
    /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]{1,4096}-----END PUBLIC KEY-----\s*$/,
    'the text of a .pub file: -----BEGIN PUBLIC KEY----- …',
  )

/** Whom an age file is encrypted to, https://c2sp.org/age; whether it is mistyped, its checksum says. */
export const ageRecipient = z.string().regex(/^age1[a-z0-9]{40,4096}$/, 'an age recipient: age1…')

/** An image that the nodes have. */
export const imageName = z
  .string()
  .refine(
    name => parseReference(name) !== undefined,
    'an image name, such as docker.io/library/postgres:17.5',
  )

/** One value of a Secret. */
export const secretRef = z.strictObject({
  namespace: kubernetesName.describe('Namespace of the Secret'),
  name: kubernetesName.describe('Name of the Secret'),
  key: secretKey.describe('Key in the Secret that holds the value'),
})

/** Where one value lies in the cluster. */
export type SecretRef = z.infer<typeof secretRef>
