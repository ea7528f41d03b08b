import { Errors, Flags } from '@oclif/core'

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

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 }
const binaryUnits: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }
const smallestSize = 1e6

/** A size in bytes: a number with k, M, G, T (decimal) or Ki, Mi, Gi, Ti; at least 1M. */
export const sizeFlag = Flags.custom<number>({
  helpValue: 'SIZE',
  async parse(text) {
    const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMGT]?|[KMGT]i)B?$/.exec(text) ?? []
    const size = Math.floor(Number(number) * (units[unit] ?? binaryUnits[unit] ?? 0))
    if (number !== '' && size >= smallestSize && Number.isSafeInteger(size)) return size
    throw new Errors.CLIError(`${text} is no size of 1M or more: write it like 4G, 650M or 2Gi`, { exit: 2 })
  },
})

/** `--no-attestations`: what registries have attached to images stays out of the lock. */
export const attestationsFlag = Flags.boolean({
  allowNo: true,
  default: true,
  summary: 'Carry what registries have attached to images: signatures, attestations, SBOMs.',
})
