import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import { applyAlone, type TenancyApplied } from '../../../../src/teams/verbs/tenancy-apply/index.ts'
import { planTenancy, type TenancyPlan } from '../../../../src/teams/verbs/tenancy-plan.ts'
import { type MemoryTenancy, memoryTenancy } from '../../../support/memory-tenancy.ts'
import { type TeamsSite, teamsSite } from './teams-site.ts'

/** A site with an empty tenancy, and the two verbs on it. */
export interface Verbs extends TeamsSite {
  readonly server: MemoryTenancy
  readonly plan: (tenancy: Tenancy) => Promise<TenancyPlan>
  readonly apply: (tenancy: Tenancy, prune?: readonly string[]) => Promise<TenancyApplied>
  /** What was to be confirmed: a project's slug, and what would go from it. */
  readonly confirmed: string[]
}

/** Opens it; `confirming` may throw for somebody who does not mean it. */
export async function verbs(confirming: () => void = () => {}): Promise<Verbs> {
  const server = memoryTenancy()
  const site = await teamsSite(server)
  const confirmed: string[] = []
  return {
    ...site,
    server,
    confirmed,
    plan: tenancy => planTenancy({ site: 'bank', tenancy }, site.host, site.talk),
    apply: (tenancy, prune = []) =>
      applyAlone(
        { site: 'bank', tenancy, invitations: 'tenancy.invitations', prune },
        site.host,
        site.talk,
        async (project, removals) => {
          confirmed.push(project, ...lines(removals))
          confirming()
        },
      ),
  }
}

type Difference = TenancyPlan['differences'][number]

/** Differences as people read them, a line each. */
export function lines(differences: readonly Readonly<Record<keyof Difference, string>>[]): string[] {
  return differences.map(
    ({ change, kind, name, detail }) => `${change} ${kind} ${name}${detail && `: ${detail}`}`,
  )
}
