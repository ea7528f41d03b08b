import type { Context } from '../context.ts'
import type { Route } from '../router.ts'
import { accountRoutes } from './account.ts'
import { adminRoutes } from './admin.ts'
import { auditRoutes } from './audit.ts'
import { folderTreeRoutes } from './folder-tree.ts'
import { folderRoutes } from './folders.ts'
import { grantRoutes } from './grants.ts'
import { identityRoutes } from './identities.ts'
import { importRoutes } from './imports.ts'
import { jwtAuthRoutes } from './jwt-auth.ts'
import { kubernetesAuthRoutes } from './kubernetes-auth.ts'
import { licensedRoutes } from './licensed.ts'
import { memberRoutes } from './members.ts'
import { membershipRoutes } from './memberships.ts'
import { oidcAuthRoutes } from './oidc-auth.ts'
import { organizationRoutes } from './organizations.ts'
import { privilegeRoutes } from './privileges.ts'
import { projectRoutes } from './projects.ts'
import { secretRoutes } from './secrets.ts'
import { tokenAuthRoutes } from './token-auth.ts'
import { tokenRoutes } from './tokens.ts'
import { universalAuthRoutes } from './universal-auth.ts'
import { userRoutes } from './users.ts'

/** Every endpoint of the stand-in. */
export const routes = (context: Context): Route[] =>
  [
    adminRoutes,
    userRoutes,
    projectRoutes,
    folderRoutes,
    folderTreeRoutes,
    identityRoutes,
    universalAuthRoutes,
    jwtAuthRoutes,
    oidcAuthRoutes,
    kubernetesAuthRoutes,
    tokenRoutes,
    membershipRoutes,
    privilegeRoutes,
    memberRoutes,
    licensedRoutes,
    auditRoutes,
    secretRoutes,
    importRoutes,
    grantRoutes,
    organizationRoutes,
    tokenAuthRoutes,
    accountRoutes,
  ].flatMap(make => make(context))
