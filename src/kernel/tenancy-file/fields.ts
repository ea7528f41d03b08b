import * as z from 'zod'

// What several fields of tenancy.yaml are made of. Each says what it expects in words that end "expected …". The limits
// are the server's own, as it was heard to state them.

/** A project's slug. */
export const projectSlug = z
  .string()
  .regex(
    /^(?=.{5,36}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    'a slug: 5 to 36 lower-case letters and digits, with single dashes between them',
  )

/** An environment's slug. */
export const environmentSlug = z
  .string()
  .regex(
    /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/,
    'a slug: at most 64 lower-case letters and digits, with single dashes between them',
  )

/** A Kubernetes namespace (RFC 1123 label). */
export const namespaceName = z
  .string()
  .regex(
    /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'a namespace: at most 63 lower-case letters, digits and dashes',
  )

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export const objectName = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'a name: at most 253 lower-case letters, digits, dashes and dots',
  )

/** The path of a folder below an environment's root. */
export const folderPath = z
  .string()
  .max(1000)
  .regex(
    /^(\/[A-Za-z0-9_-]{1,255})+$/,
    'a path such as /databases/primary: letters, digits, - and _ between slashes',
  )

/** Paths of secrets: one folder, or one and all below it. */
export const secretPaths = z
  .string()
  .max(1000)
  .regex(
    /^(\/|\/\*\*|(\/[A-Za-z0-9_-]{1,255})+(\/\*\*)?)$/,
    'a folder, such as /ci, or /ci/** for it and all below; / is the root alone, /** is everything',
  )

/** The fields that say in which environments of which project something is. */
export const inProject = {
  // That it is in the file is a rule between fields.
  project: z.string().describe('Slug of a project in this file'),
  environments: z
    .array(environmentSlug)
    .min(1)
    .optional()
    .describe('Environments of that project; all that the file gives it when left out'),
}
