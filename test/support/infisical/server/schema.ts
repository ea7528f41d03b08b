/** One step of the database's history; its name is what `infisical_migrations` keeps. */
export interface Migration {
  readonly name: string
  readonly sql: string
}

const id = 'id uuid PRIMARY KEY DEFAULT gen_random_uuid()'
const times = '"createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now()'
const to = (table: string) => `uuid NOT NULL REFERENCES ${table} ON DELETE CASCADE`
const tokenColumns = `"accessTokenTTL" integer NOT NULL, "accessTokenMaxTTL" integer NOT NULL,
  "accessTokenNumUsesLimit" integer NOT NULL, "accessTokenTrustedIps" jsonb NOT NULL,
  "accessTokenPeriod" integer NOT NULL`

/** Our own tables under the names that Infisical uses; column names are those of the API's answers. */
export const migrations: readonly Migration[] = [
  {
    name: '20231128072457_user.mjs',
    sql: `CREATE TABLE users (${id}, username text UNIQUE NOT NULL, email text, "firstName" text, "lastName" text,
        "superAdmin" boolean NOT NULL DEFAULT false, "hashedPassword" text NOT NULL, ${times});
      CREATE TABLE auth_token_sessions (${id}, "userId" ${to('users')}, "accessVersion" integer NOT NULL, ${times})`,
  },
  {
    name: '20231204092747_organization.mjs',
    sql: `CREATE TABLE organizations (${id}, name text NOT NULL, slug text UNIQUE NOT NULL, ${times});
      CREATE TABLE org_memberships (${id}, "userId" ${to('users')}, "orgId" ${to('organizations')},
        role text NOT NULL, ${times})`,
  },
  {
    name: '20231207055643_project.mjs',
    sql: `CREATE TABLE projects (${id}, name text NOT NULL, description text, type text NOT NULL,
        slug text NOT NULL, "orgId" ${to('organizations')}, "hasDeleteProtection" boolean NOT NULL DEFAULT false,
        ${times}, UNIQUE ("orgId", slug));
      CREATE TABLE project_environments (${id}, name text NOT NULL, slug text NOT NULL, position integer NOT NULL,
        "projectId" ${to('projects')}, "deleteAfter" timestamptz, ${times}, UNIQUE ("projectId", slug))`,
  },
  {
    name: '20231212110939_secret-folder.mjs',
    sql: `CREATE TABLE secret_folders (${id}, name text NOT NULL, version integer NOT NULL DEFAULT 1,
        "envId" ${to('project_environments')}, "parentId" uuid REFERENCES secret_folders ON DELETE CASCADE,
        "isReserved" boolean NOT NULL DEFAULT false, description text, "lastSecretModified" timestamptz, ${times},
        UNIQUE ("envId", "parentId", name))`,
  },
  {
    name: '20240105122650_super-admin.mjs',
    sql: `CREATE TABLE super_admin (id uuid PRIMARY KEY, initialized boolean NOT NULL DEFAULT false,
        "allowSignUp" boolean NOT NULL DEFAULT true, "adminIdentityIds" jsonb NOT NULL DEFAULT '[]', ${times});
      INSERT INTO super_admin (id) VALUES ('00000000-0000-0000-0000-000000000000')`,
  },
  {
    name: '20240116101938_identity.mjs',
    sql: `CREATE TABLE identities (${id}, name text NOT NULL, "authMethod" text,
        "hasDeleteProtection" boolean NOT NULL DEFAULT false, "orgId" ${to('organizations')}, "projectId" uuid,
        metadata jsonb NOT NULL DEFAULT '[]', ${times});
      CREATE TABLE identity_org_memberships (${id}, "identityId" ${to('identities')}, "orgId" ${to('organizations')},
        role text NOT NULL, ${times});
      CREATE TABLE identity_universal_auths (${id}, "clientId" uuid UNIQUE NOT NULL DEFAULT gen_random_uuid(),
        ${tokenColumns}, "clientSecretTrustedIps" jsonb NOT NULL, "identityId" ${to('identities')} UNIQUE,
        "lockoutEnabled" boolean NOT NULL, "lockoutThreshold" integer NOT NULL,
        "lockoutDurationSeconds" integer NOT NULL, "lockoutCounterResetSeconds" integer NOT NULL, ${times});
      CREATE TABLE identity_ua_client_secrets (${id}, description text NOT NULL, "clientSecretPrefix" text NOT NULL,
        "clientSecretHash" text NOT NULL, "clientSecretNumUses" integer NOT NULL DEFAULT 0,
        "clientSecretNumUsesLimit" integer NOT NULL, "clientSecretTTL" integer NOT NULL,
        "identityUAId" ${to('identity_universal_auths')}, "isClientSecretRevoked" boolean NOT NULL DEFAULT false,
        ${times});
      CREATE TABLE identity_access_tokens (${id}, "identityId" ${to('identities')}, "authMethod" text NOT NULL,
        "isAccessTokenRevoked" boolean NOT NULL DEFAULT false, ${times})`,
  },
  {
    name: '20240205080911_identity-project.mjs',
    sql: `CREATE TABLE identity_project_memberships (${id}, "projectId" ${to('projects')},
        "identityId" ${to('identities')}, role text NOT NULL, ${times}, UNIQUE ("projectId", "identityId"));
      CREATE TABLE identity_project_additional_privilege (${id}, slug text NOT NULL, "projectId" ${to('projects')},
        "identityId" ${to('identities')}, permissions jsonb NOT NULL, ${times},
        UNIQUE ("projectId", "identityId", slug))`,
  },
  {
    name: '20240730181850_secret-v2.mjs',
    sql: `CREATE TABLE kms_root_config (id uuid PRIMARY KEY, "encryptedRootKey" bytea NOT NULL, ${times});
      CREATE TABLE secrets_v2 (${id}, version integer NOT NULL DEFAULT 1, type text NOT NULL DEFAULT 'shared',
        key text NOT NULL, "encryptedValue" bytea NOT NULL, "encryptedComment" bytea,
        "skipMultilineEncoding" boolean NOT NULL DEFAULT false, metadata jsonb NOT NULL DEFAULT '[]',
        "folderId" ${to('secret_folders')}, ${times}, UNIQUE ("folderId", type, key))`,
  },
  {
    name: '20250204125441_identity-jwt-auth.mjs',
    sql: `CREATE TABLE identity_jwt_auths (${id}, ${tokenColumns}, "identityId" ${to('identities')} UNIQUE,
        "configurationType" text NOT NULL, "jwksUrl" text NOT NULL, "jwksCaCert" text NOT NULL,
        "publicKeys" jsonb NOT NULL, "boundIssuer" text NOT NULL, "boundAudiences" text NOT NULL,
        "boundClaims" jsonb NOT NULL, "boundSubject" text NOT NULL, ${times})`,
  },
  {
    name: '20260601090000_teams.mjs',
    sql: `ALTER TABLE users ADD "isEmailVerified" boolean NOT NULL DEFAULT false,
        ALTER "hashedPassword" DROP NOT NULL;
      ALTER TABLE organizations ADD "kmsDefaultKeyId" uuid NOT NULL DEFAULT gen_random_uuid(),
        ADD "allowCrossProjectSecretSharing" boolean NOT NULL DEFAULT false;
      ALTER TABLE org_memberships ADD status text NOT NULL DEFAULT 'accepted', ADD "inviteEmail" text,
        ADD "isActive" boolean NOT NULL DEFAULT true, ADD "lastLoginAuthMethod" text,
        ADD "lastLoginTime" timestamptz, ADD UNIQUE ("userId", "orgId");
      ALTER TABLE identity_project_memberships ADD "roleId" uuid NOT NULL DEFAULT gen_random_uuid();
      CREATE TABLE project_memberships (${id}, "projectId" ${to('projects')}, "userId" ${to('users')},
        ${times}, UNIQUE ("projectId", "userId"));
      CREATE TABLE project_user_membership_roles (${id}, role text NOT NULL,
        "projectMembershipId" ${to('project_memberships')}, ${times});
      CREATE TABLE secret_imports (${id}, version integer NOT NULL DEFAULT 1, "importPath" text NOT NULL,
        position integer NOT NULL, "folderId" ${to('secret_folders')},
        "importEnvId" ${to('project_environments')}, ${times})`,
  },
  {
    name: '20260602090000_identity-oidc-auth.mjs',
    sql: `CREATE TABLE identity_oidc_auths (${id}, ${tokenColumns}, "identityId" ${to('identities')} UNIQUE,
        "oidcDiscoveryUrl" text NOT NULL, "caCert" text NOT NULL, "boundIssuer" text NOT NULL,
        "boundAudiences" text NOT NULL, "boundClaims" jsonb NOT NULL, "boundSubject" text NOT NULL, ${times})`,
  },
  {
    name: '20260602090100_identity-kubernetes-auth.mjs',
    sql: `CREATE TABLE identity_kubernetes_auths (${id}, ${tokenColumns}, "identityId" ${to('identities')} UNIQUE,
        "kubernetesHost" text NOT NULL, "caCert" text NOT NULL, "verifyTlsCertificate" boolean NOT NULL,
        "tokenReviewerJwt" text NOT NULL, "allowedNamespaces" text NOT NULL, "allowedNames" text NOT NULL,
        "allowedAudience" text NOT NULL, ${times})`,
  },
  {
    name: '20260702080000_project-folder-grants.mjs',
    sql: `CREATE TABLE project_folder_grants (${id}, "sourceProjectId" ${to('projects')},
        "sourceFolderId" ${to('secret_folders')}, "targetProjectId" ${to('projects')}, ${times},
        UNIQUE ("sourceFolderId", "targetProjectId"))`,
  },
]

/** What the newer release adds. */
export const newerMigrations: readonly Migration[] = [
  {
    name: '20261001080000_secret-reminders.mjs',
    sql: `CREATE TABLE secret_reminders (${id}, "folderId" ${to('secret_folders')}, "repeatDays" integer NOT NULL, ${times})`,
  },
  {
    name: '20261001090000_project-descriptions.mjs',
    sql: `ALTER TABLE projects ADD "shortDescription" text NOT NULL DEFAULT '';
      UPDATE projects SET "shortDescription" = left(coalesce(description, ''), 40)`,
  },
  {
    name: '20261002070000_organization-names.mjs',
    sql: 'CREATE INDEX organizations_name ON organizations (name)',
  },
]
