import * as z from 'zod'
import { entriesOf, twice } from '../fields/index.ts'
import { environmentSlug, inProject, namespaceName, projectSlug } from './fields.ts'
import { type Entry, repeated, shown, strangeEnvironments, strangers, text } from './names.ts'

/** A project that is looked into. */
const looked = z.strictObject(inProject)

/** The project that only looks, and the one store that reads there. */
export const look = z.strictObject({
  project: projectSlug
    .default('platform-view')
    .describe('Slug of the project that looks into the others; it is made, and may hold nothing else'),
  environment: environmentSlug.default('all').describe('The one environment of that project'),
  into: z
    .array(looked)
    .min(1)
    .optional()
    .describe('What is looked into; every project of the file in all its environments when left out'),
  namespaces: z
    .array(namespaceName)
    .min(1)
    .max(500)
    .optional()
    .describe(
      "Kubernetes namespaces that may read through the store; when left out every namespace may, and so reads every team's secrets",
    ),
  expandSecretReferences: z
    .boolean()
    .default(false)
    .describe(
      `Whether a reference such as \${NAME} in a value is replaced by that secret; one that leads nowhere becomes nothing, without an error`,
    ),
})

/** A validated `stores.look`, defaults filled in. */
export type TenancyLook = z.infer<typeof look>

/** What is looked through where the file says nothing of it. */
export const usualLook: TenancyLook = look.parse({})

/** What does not fit together in `stores` of a tenancy as it was written, as its layout has it. */
export function lookClashes(stores: Entry, projects: readonly Entry[]): string[] {
  const { layout, look: given } = stores
  if (layout === 'store-per-environment')
    return [
      ...(given === undefined ? [] : ['stores.look: expected with layout: one-store alone']),
      ...(stores['serve'] === undefined ? ['stores.serve: missing; expected a list'] : []),
    ]
  if (layout !== 'one-store') return []
  const entry = typeof given === 'object' && given !== null ? (given as Entry) : {}
  const { project = usualLook.project } = entry
  const into = entriesOf(entry, 'into')
  const taken = projects.some(({ slug }) => slug === project)
  return [
    ...(taken
      ? [
          `stores.look.project: expected a slug that no project of the file has, for it holds nothing of its own; found ${shown(project)}`,
        ]
      : []),
    ...strangers(into, 'stores.look.into', projects, false),
    ...into.flatMap((one, at) => strangeEnvironments(one, `stores.look.into[${at}]`, projects)),
    ...into.flatMap((one, at) => repeated(one, 'environments', `stores.look.into[${at}]`)),
    ...twice(into, 'stores.look.into', 'project', one => text(one['project'])),
    ...repeated(entry, 'namespaces', 'stores.look'),
  ]
}
