import * as z from 'zod'
import {
  databaseName,
  hostName,
  kubernetesName,
  onEveryObject,
  port,
  secretKey,
  secretRef,
} from '../fields/index.ts'
import { environmentSlug, secretPaths } from './fields.ts'

/** A number of days. */
const days = z.string().regex(/^[1-9][0-9]{0,3}d$/, 'a number of days, such as 90d')

const secretPath = z
  .string()
  .max(1000)
  .regex(/^(\/|(\/[A-Za-z0-9_-]{1,255})+)$/, 'a folder, such as /databases; / is the root of the environment')

// What the server takes for a name, and an address can hold.
const secretName = z
  .string()
  .regex(/^[^/:\p{Cc}]{1,200}$/u, "a secret's name: at most 200 characters, without / and :")

const exception = z.strictObject({
  // That they are in the file is a rule between fields.
  project: z.string().describe('Slug of a project in this file'),
  environment: environmentSlug
    .optional()
    .describe('An environment of that project; each of them when left out'),
  path: secretPaths
    .default('/**')
    .describe('A folder: /databases alone, or /databases/** with all below; everything when left out'),
  maxAge: z
    .union([z.literal('never'), days], { error: 'a number of days, such as 30d, or never' })
    .describe('How old a secret there may be, such as 30d; never where age is no matter'),
})

const policy = z.strictObject({
  maxAge: days.describe('How old a secret may be before it is told, such as 90d'),
  except: z
    .array(exception)
    .default([])
    .describe('Where another age counts: of several that fit a secret, the first one'),
})

const admin = z.strictObject({
  namespace: kubernetesName.describe('Namespace of the Secret'),
  name: kubernetesName.describe('Name of the Secret'),
  usernameKey: secretKey.default('username').describe("Key that holds the administrator's name"),
  passwordKey: secretKey.default('password').describe("Key that holds the administrator's password"),
})

const server = z.strictObject({
  host: hostName.describe('As pods see it; a Service (NAME.NAMESPACE.svc) is reached through the API server'),
  port: port.default(5432).describe('Port of PostgreSQL at that host'),
  name: databaseName.describe('Name of the database that the role logs in to'),
  tls: z
    .enum(['disable', 'require', 'verify-full'])
    .default('require')
    .describe(
      'require encrypts and trusts any certificate; verify-full also checks it; disable must be said',
    ),
  ca: secretRef
    .optional()
    .describe('Secret with the CA certificate (PEM), for verify-full; the CAs that Node knows when left out'),
})

/** A PostgreSQL password that lives in Infisical, and is given anew. */
const rotated = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/, 'at most 40 lower-case letters, digits and dashes')
      .describe('What it is called here, and on the command line'),
    project: z.string().describe('Slug of a project in this file'),
    environment: environmentSlug.describe('An environment of that project'),
    path: secretPath.default('/').describe('Folder of the secrets; the root when left out'),
    password: secretName.describe('Name of the secret that holds the password'),
    username: secretName
      .optional()
      .describe('Name of the secret that holds the name of the role; or say role'),
    role: databaseName.optional().describe('Name of the role, where no secret holds it'),
    roles: z
      .tuple([databaseName, databaseName])
      .optional()
      .describe(
        'Two roles that take turns, so that pods go on with the one while the other gets a password; needs username and admin',
      ),
    database: server.describe('Where the role logs in'),
    admin: admin
      .optional()
      .describe(
        'Secret with an administrator that may change the role; without it the role changes its own password',
      ),
    every: days.default('30d').describe('How old the password may be before --due gives another'),
  })
  .refine(({ username, role }) => (username === undefined) !== (role === undefined), {
    path: ['username'],
    error: 'username or role, and not both',
    when: onEveryObject,
  })
  .refine(({ roles, username }) => roles === undefined || username !== undefined, {
    path: ['roles'],
    error: 'username beside it: the secret that says which of them is in use',
    when: onEveryObject,
  })
  .refine(({ roles, admin }) => roles === undefined || admin !== undefined, {
    path: ['roles'],
    error: 'admin beside it: a role cannot change the password of another',
    when: onEveryObject,
  })
  .refine(({ roles }) => roles === undefined || roles[0] !== roles[1], {
    path: ['roles'],
    error: 'two different roles',
    when: onEveryObject,
  })
  .refine(({ username, password }) => username === undefined || username !== password, {
    path: ['password'],
    error: 'another secret than username',
    when: onEveryObject,
  })

/** How old secrets may be, and which passwords Sealift gives anew. */
export const rotation = z.strictObject({
  policy: policy.optional().describe('How old secrets may be: what sealift rotate due tells of'),
  databases: z
    .array(rotated)
    .default([])
    .describe('PostgreSQL passwords that sealift rotate secret gives anew'),
})
