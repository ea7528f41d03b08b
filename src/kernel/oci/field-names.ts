/** Names of fields in manifests, indexes and configs that containerd or a registry reads (image-spec v1.1, Docker schema 2). */
const known = new Map(
  [
    ...['schemaVersion', 'mediaType', 'artifactType', 'config', 'layers', 'manifests', 'subject'],
    ...['annotations', 'digest', 'size', 'urls', 'data', 'platform'],
    ...['os', 'architecture', 'variant', 'os.version', 'os.features'],
  ].map(name => [folded(name), name]),
)

/** Upper case first: a few letters of no alphabet's own, such as the long s, have an ordinary one there alone. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase()
}

/**
 * A field that others read as one that Sealift does not see, if there is any: Go, in which containerd and registries are
 * written, takes names in any case of their letters (pkg.go.dev/encoding/json#Unmarshal), the last one of them. What is
 * noted in annotations is nobody's field.
 */
export function misleadingField(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, field] of Object.entries(value)) {
    const meant = Array.isArray(value) ? undefined : known.get(folded(name))
    if (meant !== undefined && meant !== name) return `the field ${name}, which others read as ${meant}`
    const within = name === 'annotations' ? undefined : misleadingField(field)
    if (within !== undefined) return within
  }
  return undefined
}
