import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { Fields } from '../fields.ts'
import { type Route, route } from '../router.ts'

/** What the community edition's organisation is like, where nobody has changed it. */
const defaults = {
  authEnforced: false,
  googleSsoAuthEnforced: false,
  scimEnabled: false,
  defaultMembershipRole: 'member',
  enforceMfa: false,
  selectedMfaMethod: null,
  allowSecretSharingOutsideOrganization: true,
  shouldUseNewPrivilegeSystem: true,
  privilegeUpgradeInitiatedByUsername: null,
  privilegeUpgradeInitiatedAt: null,
  bypassOrgAuthEnabled: false,
  userTokenExpiration: null,
  secretsProductEnabled: true,
  pkiProductEnabled: true,
  kmsProductEnabled: true,
  sshProductEnabled: true,
  scannerProductEnabled: true,
  shareSecretsProductEnabled: true,
  maxSharedSecretLifetime: 2_592_000,
  maxSharedSecretViewLimit: null,
  blockDuplicateSecretSyncDestinations: false,
  rootOrgId: null,
  parentOrgId: null,
  secretShareBrandConfig: null,
}

/** Settings of the organisation. A change that is of no use, since the server was not told of it, is answered all the same. */
export function organizationRoutes(context: Context): Route[] {
  const { db } = context

  const update: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const shares = fields.boolean('allowCrossProjectSecretSharing', false)
    fields.done()
    const { orgId } = await authenticateOrgAdmin(context, call, 'settings')
    const sql = `UPDATE organizations SET "allowCrossProjectSecretSharing" = $2, "updatedAt" = now()
      WHERE id = $1 RETURNING *`
    const row = await db.first<object>(sql, [orgId, shares])
    return {
      message: 'Successfully updated organization',
      organization: { ...row, customerId: null, ...defaults },
    }
  }

  return [route('PATCH', '/api/v1/organization/:organizationId', update)]
}
