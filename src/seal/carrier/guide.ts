import type { PublicKey } from '../../bundle/sign/index.ts'
import { type Digest, hexOf } from '../../kernel/oci/index.ts'
import { checkingLine, quoted, sumsFile, sumsSignature } from './checksums.ts'

/** The guide's own name. */
export const guideFile = 'GUIDE.txt'

/** What the guide speaks of; files by their names in its folder. */
export interface Guided {
  /** The bundle's name and version, for people. */
  readonly title: string
  /** What `install` is given: of volumes, the name that they share. */
  readonly bundle: string
  readonly digest: Digest
  readonly publicKey: string
  readonly key: PublicKey
  readonly executables: readonly { readonly platform: string; readonly name: string }[]
  /** All that the checksums name, in their order. */
  readonly names: readonly string[]
}

/** What Node 24 asks of a host: the newest versions that its program names (`readelf -V`), the same on both architectures. */
export const hostNeeds = { GLIBC: '2.28', GLIBCXX: '3.4.21', CXXABI: '1.3.11' } as const

/** The guide that is printed and lies in the folder. Its first line checks the folder. */
export function guideText({ key, publicKey, executables, ...guided }: Guided): string {
  const [first] = executables
  const program = `./${quoted(first?.name ?? 'sealift')}`
  const bundle = quoted(guided.bundle)
  const isEcdsa = key.type === 'ecdsa'
  const said = isEcdsa
    ? 'checks every file of it with nothing but openssl, of any age. It must print: Verified OK'
    : 'checks every file of it with OpenSSL 3 and sha256sum. It must print: Signature Verified\nSuccessfully, and OK for each file.'
  const several = executables.length > 1
  return `${checkingLine(guided.names, publicKey, key.type)}

The line above, typed in this folder before anything else is done with it,
${said}

It believes ${publicKey}, which lies here too. Look first whether that is the key you know: this prints its
fingerprint, to compare with what you were told by another way than this folder,

  openssl pkey -pubin -in ${quoted(publicKey)} -outform DER | openssl dgst -sha256

  ${hexOf(key.fingerprint)}


WHAT IS HERE: ${guided.title}

${guided.names.map(name => `  ${name}`).join('\n')}
  ${sumsFile}, ${sumsSignature}

  The bundle is ${guided.digest}.
${several ? `\n${executables.map(({ name, platform }) => `  ${name} is for ${platform}`).join('\n')}\n` : ''}
WHAT THE HOST MUST HAVE

  Linux on ${executables.map(({ platform }) => platform.replace('linux/', '')).join(' or ')}, with
  glibc ${hostNeeds.GLIBC} or newer, libgcc_s, and libstdc++ of GCC 7 or newer (GLIBCXX_${hostNeeds.GLIBCXX}, CXXABI_${hostNeeds.CXXABI}):
  Debian 10, Ubuntu 20.04, RHEL 8, SLES 15 SP3 and all newer ones. No Node, no helm, no kubectl, no internet.
  Of other programs only k3s or ctr is run, to load images. Programs must be allowed to run in TMPDIR (/tmp):
  the bundle's helm is put there, for its owner alone, and taken away afterwards.


INSTALL

  Copy this folder to a disk of the K3s node: journal, plan and receipt are written beside site.yaml. That file says
  where the site's cluster, PostgreSQL and Dragonfly are; README.md has one to copy (chapter "site.yaml"). Under "keys"
  it has the text of ${publicKey}, under "escrow" who keeps an escrow of Infisical's keys, or none: a first install
  wants both. Then, as root, in this folder:

  chmod +x ${executables.map(({ name }) => quoted(name)).join(' ')}        # what a stick's file system may have lost
  ${program} verify ${bundle} --key ${quoted(publicKey)}
  ${program} preflight ${bundle} -c site.yaml
  ${program} plan ${bundle} -c site.yaml -o change.plan.yaml
  ${program} install ${bundle} -c site.yaml --plan change.plan.yaml
  ${program} receipt -c site.yaml -o receipt.html
  ${program} check -c site.yaml

  Preflight and plan change nothing: the one tells all that would stop an install, the other what it would change, in
  a file for whoever approves that. An install that is interrupted goes on when it is run again, without --plan.
  README.md here has a chapter on each; each explains itself as well: ${program} install --help
`
}
