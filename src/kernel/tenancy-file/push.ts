import * as z from 'zod'
import { namespaceName, objectName } from './fields.ts'
import { refreshInterval, remoteKey, secretKey } from './secrets.ts'

/** Keys of one Kubernetes Secret that are to come into an environment. */
export const pushSecret = z.strictObject({
  name: objectName.describe('Name of the PushSecret'),
  namespace: namespaceName.describe('One of the namespaces that the store serves'),
  source: objectName.describe('Name of the Kubernetes Secret whose values are put into Infisical'),
  refreshInterval: refreshInterval.describe(
    'How often External Secrets Operator looks for changes: it does not watch the Secret',
  ),
  data: z
    .record(secretKey, remoteKey)
    .refine(keys => Object.keys(keys).length > 0, 'at least one key')
    .describe(
      "The Secret's keys, and the secret in Infisical that each becomes: its name, or /FOLDER/NAME from the environment's root",
    ),
})
