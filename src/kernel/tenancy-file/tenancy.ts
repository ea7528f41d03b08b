import * as z from 'zod'
import { environmentSlug, folderPath, projectSlug } from './fields.ts'
import { identity } from './identities.ts'
import { team } from './people.ts'
import { rotation } from './rotation.ts'
import { stores } from './stores.ts'

// One definition gives the type, the check that lists every fault, and bundles/schema/tenancy.schema.json.

const project = z.strictObject({
  slug: projectSlug.describe("The project's name, in addresses and in stores too; it never changes"),
  description: z
    .string()
    .regex(/^(?!\s)[^\p{Cc}]{1,256}(?<!\s)$/u, 'a line of at most 256 characters, without blanks around it')
    .optional()
    .describe('What the project is for; whatever the server has when left out'),
  deleteProtection: z
    .boolean()
    .optional()
    .describe('Whether the server refuses to delete the project; whatever the server has when left out'),
  environments: z
    .array(environmentSlug)
    .min(1)
    .max(50)
    .describe('Slugs of its environments; dev, staging and prod get the names that the server gives them'),
  folders: z
    .array(folderPath)
    .default([])
    .describe('Paths of folders that every environment has, such as /databases; those above come with them'),
})

/** The shape of tenancy.yaml. */
export const tenancySchema = z
  .strictObject({
    apiVersion: z.literal('sealift.dev/v1').describe('Version of this format'),
    kind: z.literal('Tenancy').describe('What this file is'),
    organization: z
      .string()
      .regex(/^[^\p{Cc}]{1,64}$/u, '1 to 64 characters')
      .describe("Name of Infisical's organisation, as site.yaml has it: on another server nothing is done"),
    projects: z.array(project).default([]).describe('The projects, and what is in them'),
    teams: z
      .array(team)
      .optional()
      .describe('The people, by their teams; when left out, the file says nothing of people'),
    identities: z
      .array(identity)
      .optional()
      .describe('The machine identities; when left out, the file says nothing of machines'),
    stores: stores
      .optional()
      .describe('How secrets come into Kubernetes; when left out, the file says nothing of that'),
    rotation: rotation
      .optional()
      .describe('How old secrets may be, and which passwords are given anew; nothing when left out'),
  })
  .describe('Who uses an Infisical, and how it is divided among them')

type Written = z.infer<typeof tenancySchema>
type WrittenIdentity = NonNullable<Written['identities']>[number]

/** Who uses an Infisical: a validated tenancy.yaml, defaults filled in. */
export type Tenancy = Omit<Written, 'identities'> & { identities?: TenancyIdentity[] | undefined }
/** One project of it. */
export type TenancyProject = Tenancy['projects'][number]

/** One machine identity of it. What stores log in with may also `push`: make and change secrets, and delete none. */
export type TenancyIdentity = Omit<WrittenIdentity, 'access'> & {
  access: (WrittenIdentity['access'][number] & { readonly push?: readonly string[] })[]
}
/** How one of them logs in. */
export type TenancyLogin = NonNullable<TenancyIdentity['login']>
/** Its stores: which environments have one, and whom they serve. */
export type TenancyStores = NonNullable<Tenancy['stores']>
/** How old its secrets may be, and which passwords are given anew. */
export type TenancyRotation = NonNullable<Tenancy['rotation']>
/** One team of it. */
export type TenancyTeam = NonNullable<Tenancy['teams']>[number]

/** The JSON Schema that editors check tenancy.yaml with. */
export function tenancyJsonSchema(): unknown {
  return z.toJSONSchema(tenancySchema, { io: 'input' })
}
