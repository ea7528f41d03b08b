import { infisicalName, keysSecretName, serviceUrl } from '../../kernel/access/index.ts'
import type { ChartSpec, Site } from '../../kernel/inputs/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import { environmentAnnotation } from '../../kernel/server-variables/index.ts'

/** SITE_URL: what the site file says, else the ingress, else the address inside the cluster. */
export function siteUrl({ url, ingress }: Site, namespace: string): string {
  if (url !== undefined) return url.replace(/\/+$/, '')
  if (ingress === undefined) return serviceUrl(namespace)
  return `${ingress.tlsSecret === undefined ? 'http' : 'https'}://${ingress.host}`
}

/**
 * Values for the release wired as `infisical`, merged after the bundle's own: the chart's subcharts and its
 * bootstrap hook off, everything secret by reference. With another `environment` the pod is started anew.
 */
export function infisicalValues({ ingress }: Site, environment?: Digest): Record<string, unknown> {
  return {
    nameOverride: infisicalName,
    infisical: {
      fullnameOverride: infisicalName,
      kubeSecretRef: keysSecretName,
      replicaCount: 1,
      ...(environment === undefined ? {} : { podAnnotations: { [environmentAnnotation]: environment } }),
      // A hook that pulls curlimages/curl and infisical/cli by fixed names; Sealift bootstraps itself.
      autoBootstrap: { enabled: false },
    },
    ingress: {
      enabled: ingress !== undefined,
      nginx: { enabled: false },
      ...(ingress === undefined
        ? {}
        : {
            hostName: ingress.host,
            ...(ingress.className === undefined ? {} : { ingressClassName: ingress.className }),
            ...(ingress.tlsSecret === undefined
              ? {}
              : { tls: [{ secretName: ingress.tlsSecret, hosts: [ingress.host] }] }),
          }),
    },
    postgresql: { enabled: false, useExistingPostgresSecret: { enabled: false } },
    redis: { enabled: false },
  }
}

/**
 * Values for the release wired as `external-secrets`: its CRDs are too large for client-side apply, so Sealift
 * applies them server-side before the release.
 */
export function externalSecretsValues(): Record<string, unknown> {
  return { installCRDs: false }
}

/** What Sealift derives from the site, merged after the bundle's own values; `environment` as `environmentMark` gives it. */
export function derivedValues(
  { wire }: Pick<ChartSpec, 'wire'>,
  site: Site,
  environment?: Digest,
): Record<string, unknown> {
  if (wire === 'external-secrets') return externalSecretsValues()
  return wire === 'infisical' ? infisicalValues(site, environment) : {}
}
