/** Label selector of the CRDs that Sealift applied for a release. */
export function ownedBy(release: string): string {
  return `dev.sealift/release=${release}`
}
