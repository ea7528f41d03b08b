import * as z from 'zod'
import { onEveryObject } from './clashes.ts'
import { databaseName, hostName, kubernetesName, port, secretKey, secretRef } from './site-fields.ts'

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

/** PostgreSQL, as site.yaml describes it. */
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
      .default('require')
      .describe(
        'require encrypts and trusts any certificate; verify-full also checks it; disable must be said',
      ),
    ca: secretRef.optional().describe('Secret with the CA certificate (PEM), for verify-full'),
    admin: admin
      .optional()
      .describe('Secret with an administrator that makes role and database: CREATEROLE and CREATEDB'),
    uri: secretRef
      .optional()
      .describe(
        'Secret with a postgresql:// URI of a database that is there already; it is only checked, and given the sslmode that tls means',
      ),
  })
  .refine(({ admin, uri }) => (admin === undefined) !== (uri === undefined), {
    error: 'exactly one of admin and uri',
    when: onEveryObject,
  })
  .refine(({ tls, ca }) => tls !== 'verify-full' || ca !== undefined, {
    path: ['ca'],
    error: 'a Secret with the CA certificate, which verify-full needs',
    when: onEveryObject,
  })

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
