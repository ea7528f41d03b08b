import * as z from 'zod'
import {
  artifact,
  dnsLabel,
  image,
  onEveryObject,
  platform,
  quantity,
  relativePath,
  repository,
  siteApi,
  siteName,
} from '../fields/index.ts'

// One definition gives the type, the check that lists every fault, and the JSON Schema for editors.

const chart = z
  .strictObject({
    name: dnsLabel.describe("The chart's name, as in its Chart.yaml"),
    oci: repository.optional().describe('OCI repository that holds the chart, without oci:// and tag'),
    repo: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Helm repository over HTTP'),
    path: relativePath.optional().describe('Folder or .tgz of the chart, beside bundle.yaml'),
    version: z
      .string()
      .regex(/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/, 'an exact version, such as 2.9.0')
      .describe("The chart's version: exact, never a range"),
    release: dnsLabel.describe('Helm release name'),
    namespace: dnsLabel.describe('Namespace that the release goes to; made unless it is there'),
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
    timeoutSeconds: z
      .number()
      .int()
      .min(10)
      .max(3600)
      .default(600)
      .describe('Seconds that its pods may take to become ready'),
  })
  .refine(({ oci, repo, path }) => [oci, repo, path].filter(source => source !== undefined).length === 1, {
    error: 'exactly one source: oci, repo or path',
    when: onEveryObject,
  })

const tool = z
  .strictObject({
    name: z
      .enum(['helm'])
      .describe('What it is: the helm that renders the charts, and installs them on the site'),
    version: z
      .string()
      .min(1)
      .max(64)
      .describe("The tool's version, as it is shown and as its file in the bundle is named"),
    platform: platform.default('linux/amd64').describe('The machines that it runs on'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Released archive over HTTP(S)'),
    oci: artifact.optional().describe('OCI artifact with the archive as its one layer, tag included'),
    path: relativePath.optional().describe('File of the archive or program, beside bundle.yaml'),
    member: relativePath
      .optional()
      .describe('The program inside the archive (.tar.gz); without it the file is the program'),
  })
  .refine(({ url, oci, path }) => [url, oci, path].filter(source => source !== undefined).length === 1, {
    error: 'exactly one source: url, oci or path',
    when: onEveryObject,
  })

/** The shape of bundle.yaml. */
export const bundleSpec = z
  .strictObject({
    apiVersion: z.literal('sealift.dev/v1').describe('Version of this format'),
    kind: z.literal('Bundle').describe('What this file is'),
    metadata: z
      .strictObject({
        name: dnsLabel.describe("The bundle's name, of your choice; its file is named by it"),
        version: z
          .string()
          .regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/, 'letters, digits, dots and dashes')
          .describe("The bundle's version; where it is one like 1.2.3, a site refuses an older one"),
        description: z.string().max(500).optional().describe('What the bundle is for, in a sentence'),
        sites: z
          .array(siteName)
          .min(1)
          .optional()
          .describe(
            'Names of the sites that may install it (metadata.name of their site.yaml); any when left out',
          ),
      })
      .describe('What the bundle is called, and whom it is for'),
    platforms: z
      .array(platform)
      .min(1)
      .default(['linux/amd64'])
      .describe('What every image must be there for'),
    kubernetes: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/, 'the Kubernetes version of the site, such as 1.36.0')
      .describe('Charts are rendered for this version'),
    apiVersions: z
      .array(siteApi)
      .default([])
      .describe(
        'What the site has beside what Kubernetes itself has: group/version or group/version/Kind; "not" before one that it lacks',
      ),
    charts: z.array(chart).min(1).describe('The Helm charts, installed in this order'),
    images: z.array(image).default([]).describe('Images to carry that no chart names'),
    acceptSuspects: z
      .array(image)
      .default([])
      .describe('Suspects of the lock to carry as images, by name; reviewed like code'),
    tools: z
      .array(tool)
      .default([])
      .describe('Programs that travel along: one helm for each platform that builds or installs'),
    attestations: z
      .boolean()
      .default(true)
      .describe('Whether signatures, attestations and SBOMs of images travel along'),
    budget: z
      .strictObject({
        memory: quantity.describe('Memory that they may request, such as 640Mi'),
        cpu: quantity.describe('CPU that they may request, such as 300m'),
      })
      .describe('What all pods together may request at rest'),
  })
  .describe('A bundle that Sealift locks and builds')

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
