import { randomInt } from 'node:crypto'
import type { Context } from '../context.ts'
import { badRequest } from '../errors.ts'
import { Fields } from '../fields.ts'
import { hashPassword } from '../passwords.ts'
import { addProject } from '../projects.ts'
import { type Route, route } from '../router.ts'
import { now, sign } from '../tokens.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly slug: string
}

/** Seconds of `MAX_MACHINE_IDENTITY_TOKEN_AGE`, 90 days. */
const maxTokenAge = 7_776_000

const letters = () => Array.from({ length: 2 }, () => String.fromCharCode(97 + randomInt(26))).join('')

/** `My Org` → `my-org-ab-cd`. */
export const slugOf = (name: string): string =>
  `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${letters()}-${letters()}`

/** Status, instance configuration, and the bootstrap that works once. */
export function adminRoutes({ db, config }: Context): Route[] {
  const status = () => ({
    date: new Date(),
    message: 'Ok',
    emailConfigured: false,
    inviteOnlySignup: true,
    redisConfigured: true,
    secretScanningConfigured: false,
    auditLogStorageDisabled: false,
    maxIdentityAccessTokenTTL: maxTokenAge,
  })

  const instance = async () => {
    const row = await db.first<{ id: string; initialized: boolean; allowSignUp: boolean }>(
      'SELECT * FROM super_admin',
    )
    return {
      config: {
        id: row?.id,
        initialized: row?.initialized,
        allowSignUp: row?.allowSignUp,
        allowedSignUpDomain: null,
        defaultAuthOrgId: null,
        enabledLoginMethods: null,
        authConsentContent: null,
        pageFrameContent: null,
        isPublicSecretSharingDisabled: false,
        licenseServerV2Enabled: false,
        isCrossProjectSecretSharingEnabled: false,
        defaultAuthOrgSlug: null,
        defaultAuthOrgAuthEnforced: null,
        defaultAuthOrgAuthMethod: null,
      },
    }
  }

  const bootstrap: Route['answer'] = async ({ body }) => {
    const fields = new Fields(body)
    const [email, password, name] = [
      fields.email('email'),
      fields.string('password'),
      fields.string('organization'),
    ]
    fields.done()
    const hashedPassword = await hashPassword(password)
    return db.transaction(async work => {
      const state = await work.first<{ initialized: boolean }>(
        'SELECT initialized FROM super_admin FOR UPDATE',
      )
      if (state?.initialized) throw badRequest('Instance has already been set up')
      const person = { username: email, firstName: 'Admin', lastName: 'User', email }
      const account = { superAdmin: true, isEmailVerified: true, hashedPassword }
      const user = await work.insert<Row>('users', { ...person, ...account })
      const organization = await work.insert<Row>('organizations', { name, slug: slugOf(name) })
      await work.insert('org_memberships', { userId: user.id, orgId: organization.id, role: 'admin' })
      const certificates = { name: 'Certificate Manager', slug: slugOf('cert-manager'), type: 'cert-manager' }
      await addProject(work, { ...certificates, orgId: organization.id, description: null }, [])
      const named = { name: 'Instance Admin Identity', orgId: organization.id, authMethod: 'token-auth' }
      const identity = await work.insert<Row>('identities', named)
      const membership = { identityId: identity.id, orgId: organization.id, role: 'admin' }
      await work.insert('identity_org_memberships', membership)
      const row = { identityId: identity.id, authMethod: 'token-auth' }
      const { id } = await work.insert<Row>('identity_access_tokens', row)
      // No `exp`, as servers of this age sign it; `authenticate` then refuses it, as they do. Later ones give it 90 days.
      const claims = {
        identityId: identity.id,
        identityAccessTokenId: id,
        authTokenType: 'identityAccessToken',
      }
      const end = config.standIn.bootstrapTokenWorks ? { exp: now() + maxTokenAge } : {}
      const token = sign({ ...claims, iat: now(), ...end }, config.authSecret)
      const adminIds = JSON.stringify([identity.id])
      await work.all('UPDATE super_admin SET initialized = true, "adminIdentityIds" = $1', [adminIds])
      return {
        message: 'Successfully bootstrapped instance',
        user: { ...person, id: user.id, superAdmin: true },
        organization: { id: organization.id, name, slug: organization.slug },
        identity: { id: identity.id, name: identity.name, credentials: { token } },
      }
    })
  }

  return [
    route('GET', '/api/status', status),
    route('GET', '/api/v1/admin/config', instance),
    route('POST', '/api/v1/admin/bootstrap', bootstrap),
  ]
}
