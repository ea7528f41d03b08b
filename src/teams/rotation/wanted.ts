import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy, TenancyRotation } from '../../kernel/tenancy-file/index.ts'

/** A password that the file has given anew. */
export type WantedRotation = TenancyRotation['databases'][number]

/** Milliseconds of a number of days, `90d`. */
export function daysIn(text: string): number {
  return Number(text.slice(0, -1)) * day
}

/** Milliseconds of a day. */
export const day = 24 * 3600 * 1000

/**
 * The passwords of a file by these names; all of them without any.
 * @throws SealiftError TENANCY_INVALID for a file without any, USAGE for names that it does not have
 */
export function chosen({ rotation }: Tenancy, names: readonly string[]): readonly WantedRotation[] {
  const all = rotation?.databases ?? []
  if (all.length === 0)
    throw new SealiftError('TENANCY_INVALID', 'the tenancy file has no rotation.databases', {
      hints: ['say there which passwords Sealift gives anew: see the README'],
    })
  const unknown = names.filter(name => !all.some(wanted => wanted.name === name))
  if (unknown.length > 0)
    throw new SealiftError(
      'USAGE',
      `rotation.databases has no ${unknown.map(name => printable(name)).join(', ')}`,
      {
        hints: [`it has ${all.map(({ name }) => name).join(', ')}`],
      },
    )
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

/** Where its secrets are, for people: `talent-mesh.prod/databases`. */
export function whereOf({
  project,
  environment,
  path,
}: Pick<WantedRotation, 'project' | 'environment' | 'path'>): string {
  return `${project}.${environment}${path}`
}

/** How old a file lets secrets be. @throws SealiftError TENANCY_INVALID for a file that does not say */
export function policyOf({ rotation }: Tenancy): NonNullable<TenancyRotation['policy']> {
  if (rotation?.policy !== undefined) return rotation.policy
  throw new SealiftError('TENANCY_INVALID', 'the tenancy file has no rotation.policy', {
    hints: ['say there how old secrets may be, such as policy: { maxAge: 90d }: see the README'],
  })
}
