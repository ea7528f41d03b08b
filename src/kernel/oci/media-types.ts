/** Media types, annotations and artifact types: the only place that spells them. */
export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  helmConfig: 'application/vnd.cncf.helm.config.v1+json',
  helmChart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  /** What helm called it before 3.7, and takes still (its pkg/registry/constants.go). */
  helmChartLegacy: 'application/tar+gzip',
  bundleArtifact: 'application/vnd.sealift.bundle.v1+json',
  bundleSpec: 'application/vnd.sealift.spec.v1+yaml',
  bundleLock: 'application/vnd.sealift.lock.v1+yaml',
  bundleBudget: 'application/vnd.sealift.budget.v1+json',
  bundleFile: 'application/vnd.sealift.file.v1',
  bundleTool: 'application/vnd.sealift.tool.v1',
} as const

/** Annotation keys. The two name annotations are what containerd, K3s and skopeo read. */
export const annotations = {
  containerdName: 'io.containerd.image.name',
  refName: 'org.opencontainers.image.ref.name',
  title: 'org.opencontainers.image.title',
  chartName: 'dev.sealift.chart.name',
  chartVersion: 'dev.sealift.chart.version',
  toolName: 'dev.sealift.tool.name',
  toolVersion: 'dev.sealift.tool.version',
  toolPlatform: 'dev.sealift.tool.platform',
  toolMember: 'dev.sealift.tool.member',
  attachmentSubject: 'dev.sealift.attachment.subject',
  attachmentKind: 'dev.sealift.attachment.kind',
  /** buildkit's, in an image index: what an entry is, and of which other entry. */
  referenceType: 'vnd.docker.reference.type',
  referenceDigest: 'vnd.docker.reference.digest',
  /** On an image's config: its licences. */
  licenses: 'org.opencontainers.image.licenses',
} as const

/** Whether a media type names a list of manifests rather than one. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerIndex
}

/** Whether a media type names a single manifest. */
export function isManifestType(mediaType: string): boolean {
  return mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest
}

/** Whether a media type is that of a chart's package, as a layer of Helm's OCI artifact. */
export function isChartPackage(mediaType: string): boolean {
  return mediaType === mediaTypes.helmChart || mediaType === mediaTypes.helmChartLegacy
}
