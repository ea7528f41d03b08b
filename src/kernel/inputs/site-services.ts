import * as z from 'zod'
import {
  databaseName,
  hostName,
  imageName,
  kubernetesName,
  onEveryObject,
  port,
  secretKey,
  secretRef,
} from '../fields/index.ts'

const admin = z.strictObject({
  namespace: kubernetesName.describe('Namespace of the Secret'),
  name: kubernetesName.describe('Name of the Secret'),
  usernameKey: secretKey
    .default('username')
    .describe("Key in the Secret that holds the administrator's name"),
  passwordKey: secretKey
    .default('password')
    .describe("Key in the Secret that holds the administrator's password"),
})

/** Whether role and database are to be made by CloudNativePG: no administrator and no URI are named. */
export function isOperated({ admin, uri }: { readonly admin?: unknown; readonly uri?: unknown }): boolean {
  return admin === undefined && uri === undefined
}

/**
 * PostgreSQL, as site.yaml describes it. Who makes role and database need not be said where CloudNativePG runs it: the
 * Service at `host` bears its label, and there is no administrator whose Secret could be named.
 */
export const database = z
  .strictObject({
    host: hostName.describe(
      'As the pods see it; a Service (NAME.NAMESPACE.svc) is reached through the API server',
    ),
    port: port.default(5432).describe('Port of PostgreSQL at that host'),
    name: databaseName
      .default('infisical')
      .describe("Name of Infisical's own database, made unless it is there; with uri, the URI names it"),
    user: databaseName
      .default('infisical')
      .describe("Name of Infisical's own role, made unless it is there; with uri, the URI names it"),
    tls: z
      .enum(['disable', 'require', 'verify-full'])
      .optional()
      .describe(
        'require (default) encrypts and trusts any certificate; verify-full (default under CloudNativePG) also checks it; disable must be said',
      ),
    ca: secretRef
      .optional()
      .describe("Secret with the CA certificate (PEM), for verify-full; CloudNativePG's own when left out"),
    admin: admin
      .optional()
      .describe(
        'Secret with an administrator that makes role and database: CREATEROLE and CREATEDB; with neither admin nor uri, CloudNativePG does, whose Service host must be',
      ),
    uri: secretRef
      .optional()
      .describe(
        'Secret with a postgresql:// URI of a database that is there already; it is only checked, and given the sslmode that tls means',
      ),
    tools: imageName
      .optional()
      .describe(
        "Image with pg_dump and pg_restore of the server's major version, for backups where the server is no pod of the cluster, or its pod has none; the bundle carries it (images in bundle.yaml)",
      ),
  })
  .refine(({ admin, uri }) => admin === undefined || uri === undefined, {
    error: 'admin or uri, not both',
    when: onEveryObject,
  })
  .refine(({ tls, ca, ...by }) => tls !== 'verify-full' || ca !== undefined || isOperated(by), {
    path: ['ca'],
    error: 'a Secret with the CA certificate, which verify-full needs',
    when: onEveryObject,
  })
  .describe('The PostgreSQL that Infisical keeps its data in')
  .transform(({ tls, ...rest }) => ({
    ...rest,
    tls: tls ?? (isOperated(rest) ? ('verify-full' as const) : ('require' as const)),
  }))

/** Dragonfly, as site.yaml describes it. */
export const dragonfly = z.strictObject({
  host: hostName.describe(
    'As the pods see it; a Service (NAME.NAMESPACE.svc) is reached through the API server',
  ),
  port: port.default(6379).describe('Port of Dragonfly at that host'),
  database: z
    .number()
    .int()
    .min(0)
    .max(1023)
    .default(0)
    .describe("Infisical's keys have no prefix: give it a number of its own on a shared instance"),
  tls: z
    .boolean()
    .default(false)
    .describe("Encrypt, and check the certificate against the system's certificate authorities"),
  password: secretRef.optional().describe('Secret with the password; none is sent when left out'),
})
