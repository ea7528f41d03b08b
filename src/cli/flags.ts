import { Flags } from '@oclif/core'

/** `--registries`: where registries and Helm repositories really are, in the form of K3s's registries.yaml. */
export const registriesFlag = Flags.string({
  env: 'SEALIFT_REGISTRIES',
  summary: 'Mirrors, credentials and trust, in the form of K3s’s registries.yaml.',
})

/** `-c`: the site file. */
export const siteFlag = Flags.string({
  char: 'c',
  required: true,
  summary: 'The site file, site.yaml.',
  env: 'SEALIFT_SITE',
})
