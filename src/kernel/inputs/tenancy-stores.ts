import * as z from 'zod'
import { environmentSlug, namespaceName } from './tenancy-fields.ts'

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
})

/** How secrets come into the cluster. */
export const stores = z.strictObject({
  layout: z
    .literal('store-per-environment')
    .describe('A ClusterSecretStore and a machine identity for each environment below'),
  serve: z.array(served).describe('The environments that have a store, and the namespaces that each serves'),
})
