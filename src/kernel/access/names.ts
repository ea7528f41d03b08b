/** Service and Deployment of the release that is wired as Infisical, whatever the release's name. */
export const infisicalName = 'infisical'
/** The port that the chart's Service has. */
export const infisicalPort = 8080

/** The server's address inside the cluster. */
export function serviceUrl(namespace: string): string {
  return `http://${infisicalName}.${namespace}.svc:${infisicalPort}`
}

/**
 * Secret that Infisical's pod takes its environment from (`infisical.kubeSecretRef`). Its keys cannot be made again: the
 * same Secret lies in Sealift's own namespace too, so that one deletion loses nothing.
 */
export const keysSecretName = 'infisical-secrets'

/** Secret in ESO's namespace with the machine identity's clientId and clientSecret. */
export const credentialsSecretName = 'infisical-universal-auth'

/** ESO's machine identity. */
export const operatorIdentity = 'external-secrets'

/**
 * ESO's machine identity for one environment of a project: `external-secrets.talent-mesh.prod`. Slugs have no dots, so
 * that two environments never share a name.
 */
export function storeIdentity(project: string, environment: string): string {
  return `${operatorIdentity}.${project}.${environment}`
}

/** Project and environment that an identity of that form is for; nothing for any other name. */
export function servedBy(identity: string): ReturnType<typeof storePlace> {
  const before = `${operatorIdentity}.`
  return identity.startsWith(before) ? storePlace(identity.slice(before.length)) : undefined
}

/** Project and environment of a store's name, `talent-mesh.prod`; nothing for any other name. */
export function storePlace(store: string): { project: string; environment: string } | undefined {
  const [, project, environment] = /^([a-z0-9-]+)\.([a-z0-9-]+)$/.exec(store) ?? []
  return project !== undefined && environment !== undefined ? { project, environment } : undefined
}

/** ClusterRoleBinding that lets ESO's own account ask who a token is of, where stores log in with its token. */
export const reviewerBinding = 'sealift-external-secrets-token-reviews'

/** ValidatingAdmissionPolicy, and its binding, that keep teams' SecretStores from logging in as that account. */
export const tokenPolicy = 'sealift-external-secrets-own-token'

/** Name of the one ClusterSecretStore. */
export const storeName = 'infisical-store'

/** What Sealift's own store is called from when `infisical-store` serves teams: its probe goes through it. */
export const probeStoreName = 'sealift-probe'

/** The project, environment and folder in which Sealift proves that secrets arrive. */
export const probeScope = { project: 'platform-shared', environment: 'prod', path: '/sealift-probe' } as const
