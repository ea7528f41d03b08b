import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { identityWith, offlineLogin, workflowFor } from '../ci/index.ts'
import { createPace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'

/** A workflow that was written. */
export const ciWorkflow = z.strictObject({
  identity: z.string(),
  identityId: z.string(),
  /** A workflow of GitHub Actions, or a script for a shell where another CI signs the tokens. */
  form: z.enum(['workflow', 'script']),
  /** Where it was written to; its text where it was not. */
  file: z.string().optional(),
  text: z.string().optional(),
})
export type CiWorkflow = z.infer<typeof ciWorkflow>

/** What the verb is asked. */
export interface CiWorkflowRequest {
  /** The site's name, and where jobs reach its Infisical. */
  readonly site: string
  readonly domain: string
  readonly tenancy: Tenancy
  /** Name of an identity of the file that has a login and may read something. */
  readonly identity: string
  /** `OWNER/REPOSITORY@REF` of the action that fetches secrets. */
  readonly action: string
  /** Where to write it; only its text is given when left out. */
  readonly output?: string
}

/**
 * Writes how a job of CI logs in as an identity and fetches what that may read. The id of the identity is the server's.
 * @throws SealiftError USAGE, TENANCY_DRIFT where the server does not have the identity, NOT_INSTALLED, FOREIGN_INSTALL,
 * SERVER_FAILED, CLUSTER_*, FILE_FAILED
 */
export async function writeWorkflow(
  { site, tenancy, output, ...request }: CiWorkflowRequest,
  host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'files'>,
  { reporter, signal }: Talk,
): Promise<CiWorkflow> {
  const { identity, login: given } = identityWith(tenancy, request.identity)
  if (identity.access.length === 0)
    throw new SealiftError('USAGE', `the file lets identity ${identity.name} read nothing`, {
      hints: ['give it access: a project, and folders to read'],
    })
  const identityId = await asStep(reporter, "Ask the server for the identity's id", () =>
    withAdmin(site, host, signal, async ({ tenancy: server }) => {
      const pace = createPace(host.clock, signal, text => reporter.warn(text))
      return onlyOne(identity.name, await pace.read(() => server.identities()))
    }),
  )
  const login = offlineLogin(given)
  const { form, text } = workflowFor({ ...request, tenancy, identity, given, login, identityId })
  const of = { identity: identity.name, identityId, form }
  if (output === undefined) return { ...of, text }
  await host.files.write(output, text)
  return { ...of, file: output }
}

function onlyOne(wanted: string, all: readonly { readonly id: string; readonly name: string }[]): string {
  const found = all.filter(({ name }) => name === wanted)
  const [one] = found
  // It goes into a script: ids are UUIDs.
  if (one !== undefined && found.length === 1 && /^[\w-]{1,64}$/.test(one.id)) return one.id
  throw new SealiftError(
    'TENANCY_DRIFT',
    one === undefined
      ? `identity ${wanted} is not on the server`
      : `the server has ${found.length} identities ${wanted}, and nothing says which is meant`,
    { hints: ['sealift tenancy apply -c site.yaml -f tenancy.yaml makes the server as the file says'] },
  )
}
