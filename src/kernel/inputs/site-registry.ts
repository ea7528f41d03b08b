import * as z from 'zod'
import { kubernetesName } from '../fields/index.ts'

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'

/** The site's own registry: site.yaml's `load.registry`. */
export const registryFields = z.strictObject({
  host: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/,
      'a host with an optional port, such as registry.bank.example:5000',
    )
    .describe('Host of the registry, with its port: as nodes reach it'),
  repositoryPrefix: z
    .string()
    .max(200)
    .regex(new RegExp(`^${component}(?:/${component})*$`), 'part of a repository name, such as mirror/k8s')
    .optional()
    .describe('What goes before the name of every repository there; nothing when left out'),
  credentials: z
    .strictObject({
      namespace: kubernetesName.describe('Namespace of the Secret'),
      name: kubernetesName.describe(
        'Name of the Secret: one of type docker-registry, or with username and password',
      ),
    })
    .optional()
    .describe("Secret with a login that may push; the logins of this machine's Docker config when left out"),
  ca: z
    .string()
    .startsWith('/', 'an absolute path')
    .optional()
    .describe('Path of the certificate (PEM) of a private CA, on this machine and on every node'),
  plainHttp: z.boolean().default(false).describe('Speak HTTP without TLS to it'),
})

/** The site's own registry, as site.yaml has it, defaults filled in. */
export type RegistryFields = z.infer<typeof registryFields>
