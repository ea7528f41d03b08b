import * as z from 'zod'
import type { SecretAge } from '../../kernel/ports/index.ts'
import type { TenancyRotation } from '../../kernel/tenancy-file/index.ts'
import { day, daysIn } from './wanted.ts'

/** A secret that is older than the policy lets it be. */
export const oldSecret = z.strictObject({
  project: z.string(),
  environment: z.string(),
  path: z.string(),
  name: z.string(),
  /** Whole days since it was last changed; its value may be older, for a comment or a tag is a change as well. */
  days: z.number(),
  /** How many the policy lets it be. */
  most: z.number(),
  /** ISO 8601. */
  changedAt: z.string(),
  /** How many versions it has had. */
  version: z.number(),
  /** Who changed it last, where the server says so. */
  by: z.string().optional(),
})
export type OldSecret = z.infer<typeof oldSecret>

type Policy = NonNullable<TenancyRotation['policy']>

/** Those of an environment's secrets that are older than the policy lets them be, the oldest first. */
export function oldSecrets(
  ages: readonly SecretAge[],
  policy: Policy,
  { project, environment }: { readonly project: string; readonly environment: string },
  now: number,
): OldSecret[] {
  return ages
    .toSorted((a, b) => a.changedAt - b.changedAt)
    .flatMap(({ name, path, changedAt, version, by }) => {
      const most = mostOf(policy, project, environment, path)
      if (most === undefined || now - changedAt <= most) return []
      return [
        {
          ...{ project, environment, path, name, version },
          days: Math.floor((now - changedAt) / day),
          most: most / day,
          changedAt: new Date(changedAt).toISOString(),
          ...(by === undefined ? {} : { by }),
        },
      ]
    })
}

/** Milliseconds that a secret may be old; nothing where that is no matter. */
function mostOf(
  { maxAge, except }: Policy,
  project: string,
  environment: string,
  path: string,
): number | undefined {
  const own = except.find(
    entry =>
      entry.project === project &&
      (entry.environment ?? environment) === environment &&
      isWithin(path, entry.path),
  )
  const age = own?.maxAge ?? maxAge
  return age === 'never' ? undefined : daysIn(age)
}

/** Whether a folder is what a path of the policy means: itself, or with `/**` behind it, all below it too. */
function isWithin(path: string, pattern: string): boolean {
  const folder = pattern.replace(/\/\*\*$/, '')
  if (folder === pattern) return path === pattern
  return path === (folder || '/') || path.startsWith(`${folder}/`)
}
