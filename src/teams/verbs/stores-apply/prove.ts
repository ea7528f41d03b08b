import { storeIdentity } from '../../../kernel/access/index.ts'
import type { Tenancy } from '../../../kernel/tenancy-file/index.ts'
import { lookOf, trialsBeyond } from '../../looking/index.ts'
import { tenancyOfStores } from '../../stores/index.ts'
import { type Proving, proveIdentities, rightsChanged, twinsLeft } from '../../tenancy/index.ts'
import type { Made } from './until-made.ts'

/** What was tried, and what could not be. */
export type Proven = Awaited<ReturnType<typeof proveIdentities>>

/** What is known of the server, and what to try beside: who reads for all teams must read in none of their projects. */
export function beyond(tenancy: Tenancy, { projects, observed }: Made): Pick<Proving, 'known' | 'beyond'> {
  const { identities, all } = observed.server
  const ids = new Map([...all.map(({ slug, id }) => [slug, id] as const), ...projects])
  const [look, seen] = [lookOf(tenancy), observed.look?.observed]
  const known = { projects: ids, identities }
  if (look === undefined || seen === undefined) return { known }
  const trials = trialsBeyond(look, seen)
  return { known, beyond: new Map([[storeIdentity(look.project, look.environment), trials]]) }
}

/** Proves whose rights changed; where a killed run has left a twin, all of them: what it has not proven is not known. */
export async function proveChanged(
  tenancy: Tenancy,
  { done, comparison, observed }: Made,
  proving: Proving,
): Promise<Proven> {
  const wanted = asFarAsThere(tenancyOfStores(tenancy, comparison.serve), {
    has: (project, environment) =>
      // The looking project is there by now.
      project === lookOf(tenancy)?.project ||
      (observed.server.projects.get(project)?.environments.some(({ slug }) => slug === environment) ?? false),
  })
  const names = rightsChanged(done)
  const left = twinsLeft(proving.known.identities).length > 0
  const changed = (wanted.identities ?? []).filter(identity => left || names.has(identity.name))
  if (changed.length === 0 && !left) return { proven: [], unmet: [] }
  return await proveIdentities(changed, wanted, proving)
}

/** A tenancy with the environments that are there: of another one the server tells nobody whether they may read it. */
function asFarAsThere(
  tenancy: Tenancy,
  { has }: { readonly has: (project: string, environment: string) => boolean },
): Tenancy {
  const projects = tenancy.projects.map(project => ({
    ...project,
    environments: project.environments.filter(environment => has(project.slug, environment)),
  }))
  return { ...tenancy, projects }
}
