import * as z from 'zod'
import { parseReference } from '../oci/index.ts'

// What several fields of bundle.yaml are made of. Each says what it expects in words that end "expected …".

/** A name that fits a label of a DNS name, a Helm release and a namespace. */
export const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/,
    'lower-case letters, digits and dashes, at most 53 characters',
  )

/** A path beside bundle.yaml. */
export const relativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\\\p{Cc}]+$/u, 'a path below the folder of bundle.yaml, without ..')

/** The name of a site. */
export const siteName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'the name of a site: lower-case letters, digits, dashes, dots',
  )

/** An amount of memory or CPU. */
export const quantity = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|Ki|Mi|Gi)?$/, 'a Kubernetes quantity such as 640Mi or 300m')

/** What a site's API server has, or `not ` and what it has not. */
export const siteApi = z
  .string()
  .regex(
    /^(not )?([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?v\d+((alpha|beta)\d+)?(\/[A-Z][A-Za-z0-9]*)?$/,
    'an API of the site, such as monitoring.coreos.com/v1 or monitoring.coreos.com/v1/ServiceMonitor, or "not" and one that it lacks',
  )

/** An operating system and an architecture. */
export const platform = z.enum(['linux/amd64', 'linux/arm64'])

/** An OCI repository. */
export const repository = z
  .string()
  .refine(isRepository, 'an OCI repository with its host and without tag, such as ghcr.io/org/charts/name')

/** An OCI artifact. */
export const artifact = z
  .string()
  .refine(isArtifact, 'an OCI artifact with host and tag, such as ghcr.io/org/tools/helm:v4.3.1')

/** An image. */
export const image = z
  .string()
  .refine(name => parseReference(name) !== undefined, 'an image name, such as docker.io/library/busybox:1.37')

function isRepository(name: string): boolean {
  const reference = parseReference(`${name}:tag`)
  return reference?.tag === 'tag' && `${reference.registry}/${reference.repository}` === name
}

function isArtifact(name: string): boolean {
  const reference = parseReference(name)
  if (reference === undefined || !name.startsWith(`${reference.registry}/`)) return false
  return reference.digest !== undefined || name.endsWith(`:${reference.tag}`)
}
