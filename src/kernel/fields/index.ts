/**
 * What bundle.yaml, site.yaml and tenancy.yaml are made of alike: the shapes of their fields, and the rules between entries.
 * Knows none of these files.
 */
export {
  artifact,
  dnsLabel,
  image,
  platform,
  quantity,
  relativePath,
  repository,
  siteApi,
  siteName,
} from './bundle.ts'
export { entriesOf, onEveryObject, twice } from './clashes.ts'
export { invalid } from './invalid.ts'
export {
  ageRecipient,
  databaseName,
  hostName,
  httpUrl,
  imageName,
  kubernetesName,
  port,
  publicKey,
  type SecretRef,
  secretKey,
  secretRef,
} from './site.ts'
