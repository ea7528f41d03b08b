import * as z from 'zod'
import { parseReference } from '../oci/index.ts'

// One definition gives the type, the check that lists every fault, and the JSON Schema for editors.

const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/,
    'lower-case letters, digits and dashes, at most 53 characters',
  )
const relativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\\\0]+$/, 'a path below the folder of bundle.yaml, without ..')
const siteName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    'the name of a site: lower-case letters, digits, dashes, dots',
  )
const quantity = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|Ki|Mi|Gi)?$/, 'a Kubernetes quantity such as 640Mi or 300m')
const platform = z.enum(['linux/amd64', 'linux/arm64'])
const repository = z
  .string()
  .refine(isRepository, 'an OCI repository with its host and without tag, such as ghcr.io/org/charts/name')
const artifact = z
  .string()
  .refine(isArtifact, 'an OCI artifact with host and tag, such as ghcr.io/org/tools/helm:v4.3.1')
const image = z
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

// A rule between fields is checked also when a field beside it is wrong, so that all faults are listed at once.
const onEveryObject = ({ value }: { value: unknown }): boolean => typeof value === 'object' && value !== null

const chart = z
  .strictObject({
    name: dnsLabel.describe("The chart's name, as in its Chart.yaml"),
    oci: repository.optional().describe('OCI repository that holds the chart, without oci:// and tag'),
    repo: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Helm repository over HTTP'),
    path: relativePath.optional().describe('Folder or .tgz of the chart, beside bundle.yaml'),
    version: z.string().regex(/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, 'an exact version, such as 2.9.0'),
    release: dnsLabel.describe('Helm release name'),
    namespace: dnsLabel,
    values: z.array(relativePath).default([]).describe('Values files, lowest precedence first'),
    crdValues: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Values that make the chart print its CRDs: Sealift applies those server-side, before the release, and leaves them out of it',
      ),
    wire: z
      .enum(['infisical', 'external-secrets'])
      .optional()
      .describe('What Sealift wires this release as; others are installed as they are'),
    timeoutSeconds: z.number().int().min(10).max(3600).default(600),
  })
  .refine(({ oci, repo, path }) => [oci, repo, path].filter(source => source !== undefined).length === 1, {
    error: 'exactly one source: oci, repo or path',
    when: onEveryObject,
  })

const tool = z
  .strictObject({
    name: z.enum(['helm']),
    version: z.string().min(1).max(64),
    platform: platform.default('linux/amd64'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Released archive over HTTP(S)'),
    oci: artifact.optional().describe('OCI artifact with the archive as its one layer, tag included'),
    path: relativePath.optional(),
    member: relativePath
      .optional()
      .describe('The program inside the archive (.tar.gz); without it the file is the program'),
  })
  .refine(({ url, oci, path }) => [url, oci, path].filter(source => source !== undefined).length === 1, {
    error: 'exactly one source: url, oci or path',
    when: onEveryObject,
  })

/** The shape of bundle.yaml. */
export const bundleSpec = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('Bundle'),
  metadata: z.strictObject({
    name: dnsLabel,
    version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/, 'letters, digits, dots and dashes'),
    description: z.string().max(500).optional(),
    sites: z
      .array(siteName)
      .min(1)
      .optional()
      .describe(
        'Names of the sites that may install it (metadata.name of their site.yaml); any when left out',
      ),
  }),
  platforms: z.array(platform).min(1).default(['linux/amd64']),
  kubernetes: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'the Kubernetes version of the site, such as 1.36.0')
    .describe('Charts are rendered for this version'),
  charts: z.array(chart).min(1),
  images: z.array(image).default([]).describe('Images to carry that no chart names'),
  tools: z.array(tool).default([]),
  attestations: z
    .boolean()
    .default(true)
    .describe('Whether signatures, attestations and SBOMs of images travel along'),
  budget: z.strictObject({ memory: quantity, cpu: quantity }).describe('What all pods together may request'),
})

/** The JSON Schema that editors check bundle.yaml with. */
export function specJsonSchema(): unknown {
  return z.toJSONSchema(bundleSpec, { io: 'input' })
}

/** What the user asks for: a validated bundle.yaml. */
export type BundleSpec = z.infer<typeof bundleSpec>
/** One chart of a spec. */
export type ChartSpec = BundleSpec['charts'][number]
/** One tool of a spec. */
export type ToolSpec = BundleSpec['tools'][number]
