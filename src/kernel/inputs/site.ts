import * as z from 'zod'
import { ageRecipient, hostName, httpUrl, kubernetesName, publicKey, secretRef } from '../fields/index.ts'
import { infisicalFields } from './site-environment.ts'
import { loadFields } from './site-load.ts'
import { database, dragonfly } from './site-services.ts'

// One definition gives the type, the check that lists every fault, and bundles/schema/site.schema.json.

/** The shape of site.yaml. */
export const siteSchema = z
  .strictObject({
    apiVersion: z.literal('sealift.dev/v1').describe('Version of this format'),
    kind: z.literal('Site').describe('What this file is'),
    metadata: z
      .strictObject({
        name: kubernetesName.describe(
          'Name of the site; a bundle that names its sites (metadata.sites) goes to those alone',
        ),
      })
      .describe('What the site is called'),
    cluster: z
      .strictObject({
        kubeconfig: z
          .string()
          .min(1)
          .optional()
          .describe("Path of the kubeconfig; KUBECONFIG, ~/.kube/config, then K3s's own when left out"),
        context: z
          .string()
          .min(1)
          .optional()
          .describe("Context of the kubeconfig to use; the kubeconfig's current one when left out"),
      })
      .default({})
      .describe('How to reach the Kubernetes API'),
    containerd: z
      .strictObject({
        ctr: z.array(z.string().min(1)).min(1).describe('The ctr command as words, such as [k3s, ctr]'),
        address: z
          .string()
          .startsWith('/', 'an absolute path')
          .optional()
          .describe("Path of containerd's socket; ctr's own default when left out"),
      })
      .optional()
      .describe('The containerd that images are loaded into; found by itself when left out'),
    load: loadFields.optional().describe('How images come to the nodes'),
    url: httpUrl
      .optional()
      .describe("Where people reach Infisical (SITE_URL); the ingress's host, or the Service, when left out"),
    keys: z
      .array(publicKey)
      .min(1)
      .max(16)
      .optional()
      .describe(
        'Public keys (PEM, as in a .pub file), one of which must have signed every bundle that is used here',
      ),
    escrow: z
      .union([z.literal('none'), z.array(ageRecipient).min(1).max(16)], {
        error: 'none, or a list of 1 to 16 age recipients (age1…)',
      })
      .optional()
      .describe(
        "Age recipients that install writes an escrow of Infisical's keys to, beside its journal; none says that there shall be no escrow; one of both must be said for a first install",
      ),
    organization: z
      .string()
      .regex(/^[^\p{Cc}]{1,64}$/u, '1 to 64 characters')
      .describe("Name of Infisical's organisation, made at bootstrap unless Infisical is set up already"),
    admin: z
      .strictObject({
        email: z.email('an e-mail address').describe("The admin's e-mail address, which is the login's name"),
        password: secretRef
          .optional()
          .describe(
            "Secret with the admin's password: needed where Infisical is set up already, and no longer once Sealift has logged in; made by Sealift when left out",
          ),
      })
      .describe(
        "The admin that Sealift logs in as; Infisical's first user, made at bootstrap, unless it is set up already",
      ),
    database,
    dragonfly: dragonfly.describe('The Dragonfly, or Redis, that Infisical queues its jobs in'),
    ingress: z
      .strictObject({
        host: hostName.describe('Host name that the Ingress answers to'),
        className: kubernetesName
          .optional()
          .describe("IngressClass, such as traefik; the chart's own choice when left out"),
        tlsSecret: kubernetesName
          .optional()
          .describe("TLS Secret in Infisical's namespace; plain HTTP when left out"),
      })
      .optional()
      .describe('An Ingress for Infisical; none when left out'),
    infisical: infisicalFields.prefault({}).describe("Infisical's server, beside what Sealift wires"),
    memory: z
      .strictObject({
        heapMiB: z
          .number()
          .int()
          .min(64)
          .max(65536)
          .optional()
          .describe(
            "Size of V8's heap in MiB (--max-old-space-size); by the container's memory limit when left out",
          ),
        saving: z
          .boolean()
          .default(true)
          .describe(
            'Run Infisical in less memory: no source lines in stack traces, slower under many readers at once',
          ),
      })
      .prefault({})
      .describe("The memory of Infisical's server"),
  })
  .describe('A site that Sealift installs at')

/** What this site is like: a validated site.yaml, defaults filled in. */
export type Site = z.infer<typeof siteSchema>

/** The JSON Schema that editors check site.yaml with. */
export function siteJsonSchema(): unknown {
  return z.toJSONSchema(siteSchema, { io: 'input' })
}
