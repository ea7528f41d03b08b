import * as z from 'zod'
import { environmentSlug, namespaceName, objectName } from './fields.ts'
import { look } from './look.ts'
import { pushSecret } from './push.ts'
import { refreshInterval, remoteKey, secretKey } from './secrets.ts'

/** Secrets of an environment that are to come into one Kubernetes Secret. */
const externalSecret = z.strictObject({
  name: objectName.describe('Name of the ExternalSecret'),
  namespace: namespaceName.describe('One of the namespaces that the store serves'),
  target: objectName.describe('Name of the Kubernetes Secret that it makes'),
  refreshInterval: refreshInterval.describe('How often External Secrets Operator looks for changes'),
  data: z
    .record(secretKey, remoteKey)
    .refine(keys => Object.keys(keys).length > 0, 'at least one key')
    .describe(
      "The Secret's keys, and the secret in Infisical that each is: its name, or /FOLDER/NAME from the environment's root",
    ),
})

/** Whom the store of one project's environment serves. */
const served = z.strictObject({
  // That they are in the file is a rule between fields.
  project: z.string().describe('Slug of a project in this file'),
  environment: environmentSlug.describe('An environment of that project; its store is PROJECT.ENVIRONMENT'),
  // A store without a condition serves every namespace.
  namespaces: z
    .array(namespaceName)
    .min(1)
    .max(500)
    .describe('Kubernetes namespaces that may read through the store; all others are refused'),
  expandSecretReferences: z
    .boolean()
    .default(false)
    .describe(
      `Whether a reference such as \${NAME} in a value is replaced by that secret; one that leads nowhere becomes nothing, without an error`,
    ),
  externalSecrets: z
    .array(externalSecret)
    .default([])
    .describe('ExternalSecrets that are made in these namespaces; teams can make others themselves'),
  pushSecrets: z
    .array(pushSecret)
    .default([])
    .describe('PushSecrets that bring Kubernetes Secrets of these namespaces into the environment'),
})

/** How secrets come into the cluster. */
export const stores = z.strictObject({
  layout: z
    .enum(['store-per-environment', 'one-store'])
    .describe(
      'store-per-environment: a ClusterSecretStore and a machine identity for each environment in serve; one-store: beside those, infisical-store reads every team by keys like /talent-mesh/prod/NAME',
    ),
  login: z
    .enum(['universal-auth', 'kubernetes'])
    .optional()
    .describe(
      'How External Secrets Operator logs in: with a client secret (universal-auth, when left out), or as its own service account, without a secret at rest (Kubernetes 1.30 and later): no SecretStore may then log in to Infisical so',
    ),
  look: look
    .optional()
    .describe('With one-store: the project that looks into the others, and who may read through it'),
  serve: z
    .array(served)
    .default([])
    .describe('The environments that have a store of their own, and the namespaces that each serves'),
})
