import { SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy, TenancyIdentity, TenancyLogin } from '../../kernel/tenancy-file/index.ts'

/** An identity of a file, and its login. @throws SealiftError USAGE where it has none */
export function identityWith(
  { identities = [] }: Tenancy,
  name: string,
): { readonly identity: TenancyIdentity; readonly login: TenancyLogin } {
  const identity = identities.find(found => found.name === name)
  if (identity?.login !== undefined) return { identity, login: identity.login }
  const known = identities.filter(({ login }) => login !== undefined).map(found => found.name)
  const what =
    identity === undefined ? `the file has no identity ${name}` : `the file gives identity ${name} no login`
  const hint =
    known.length === 0
      ? 'give the identity a login: github, oidc or jwt'
      : `identities with a login: ${known.join(', ')}`
  throw new SealiftError('USAGE', what, { hints: [hint] })
}
