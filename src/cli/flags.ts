import { Errors, Flags } from '@oclif/core'

/** `--registries`: where registries and Helm repositories really are, in the form of K3s's registries.yaml. */
export const registriesFlag = Flags.string({
  env: 'SEALIFT_REGISTRIES',
  summary: 'Mirrors, credentials and trust, in the form of K3s’s registries.yaml.',
})

/** `--facts`: what a site is like, as `facts` has found it there. */
export const factsFlag = Flags.custom<string>({
  summary: 'What the site is like, as sealift facts has found it there.',
  helpValue: 'FILE',
})

/** `-c`: the site file. */
export const siteFlagOf = Flags.custom<string>({
  char: 'c',
  summary: 'The site file, site.yaml.',
  env: 'SEALIFT_SITE',
})

/** `-c`, of a verb that does nothing without one. */
export const siteFlag = siteFlagOf({ required: true })

/** `-f`: the tenancy file. */
export const tenancyFlag = Flags.string({
  char: 'f',
  required: true,
  summary: 'The tenancy file, tenancy.yaml.',
  env: 'SEALIFT_TENANCY',
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

/** SOURCE_DATE_EPOCH, seconds since 1970 as a tar header can hold them; 0 when it is not set. A wrong one is a usage fault. */
export function sourceDateEpoch(environment: Readonly<Record<string, string | undefined>>): number {
  const epoch = Number(environment['SOURCE_DATE_EPOCH'] ?? 0)
  if (Number.isSafeInteger(epoch) && epoch >= 0 && epoch <= 0o77777777777) return epoch
  throw new Errors.CLIError('SOURCE_DATE_EPOCH is not a number of seconds since 1970', { exit: 2 })
}

/** `--no-attestations`: what registries have attached to images stays out of the lock. */
export const attestationsFlag = Flags.boolean({
  allowNo: true,
  default: true,
  summary: 'Carry what registries have attached to images: signatures, attestations, SBOMs.',
})

/** `--key` of the verbs that sign: a private key. Its passphrase is never a flag. */
export const signingKeyFlag = Flags.custom<string>({
  summary: 'Private key that signs: of keys new, of cosign, or PKCS#8 (P-256 or Ed25519).',
})

/** `--executable` of the verbs that carry. */
export const executableFlagOf = (more: { readonly dependsOn?: string[] } = {}) =>
  Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
    summary: 'An executable of Sealift to carry; as npm run executable makes them when left out.',
    ...more,
  })

/** What the user may let pass: a bundle that nobody signed, an older one, one for other sites. */
export const allowFlags = {
  'allow-unsigned': Flags.boolean({
    summary: 'Use a bundle that nobody answers for; only where the site file names no keys.',
  }),
  'allow-downgrade': Flags.boolean({ summary: 'Install an older bundle over a newer one.' }),
  'any-site': Flags.boolean({ summary: 'Install a bundle that was made for other sites.' }),
  'take-over': Flags.boolean({
    summary: 'Install over a cluster that is another site, or kept its data in another database.',
  }),
}

/** What verbs that go from one version to another let pass besides. */
export const stepFlags = {
  'skip-minors': Flags.boolean({
    summary: 'Skip minor versions of External Secrets Operator, of which upstream asks for every one.',
  }),
}

/** The same as verbs take it. `upgrade`: whether a newer bundle may go over one that is installed. */
export function allowances(
  flags: Record<keyof typeof allowFlags, boolean> & { readonly 'skip-minors'?: boolean },
  upgrade: boolean,
) {
  return {
    unsigned: flags['allow-unsigned'],
    downgrade: flags['allow-downgrade'],
    upgrade,
    skipMinors: flags['skip-minors'] ?? false,
    anySite: flags['any-site'],
    takeOver: flags['take-over'],
  }
}
