/** What Sealift's messages and its guide send people to, by its path in the package and in the folder. */
export const pages = [
  'README.md',
  'bundles/README.md',
  'bundles/infisical/tenancy.yaml',
  'bundles/schema/site.schema.json',
  'bundles/schema/tenancy.schema.json',
] as const
