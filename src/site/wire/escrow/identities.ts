import { SealiftError } from '../../../kernel/errors/index.ts'
import { Secret } from '../../../kernel/ports/index.ts'
import { type AskPassphrase, decrypt, isAgeFile } from './age.ts'
import { ageLibrary } from './library.ts'

/**
 * The identities in a file as age-keygen writes it, or in one that is itself encrypted with a passphrase (`age -p`).
 * @throws SealiftError KEY_INVALID with a fault for each line that is none, without its text; what `ask` throws
 */
export async function identitiesIn(
  bytes: Uint8Array,
  path: string,
  ask: AskPassphrase,
): Promise<readonly Secret[]> {
  const text = isAgeFile(bytes)
    ? await decrypt(bytes, path, [], ask)
    : new Secret(Buffer.from(bytes).toString('utf8'))
  const lines = text
    .reveal()
    .split(/\r?\n/)
    .map((line, at) => ({ line: line.trim(), at: at + 1 }))
  if (lines.some(({ line }) => line.startsWith('-----BEGIN ')))
    throw invalid(path, ['it is a private key of SSH or TLS, and no age identity'])
  const given = lines.filter(({ line }) => line !== '' && !line.startsWith('#'))
  const faults: string[] = []
  for (const { line, at } of given) {
    if (line.startsWith('AGE-PLUGIN-'))
      faults.push(`line ${at} is an identity of a plugin, which only age itself runs`)
    else if (!(await isIdentity(line))) faults.push(`line ${at} is no age identity, or is mistyped`)
  }
  if (given.length === 0) faults.push('it has no identity')
  if (faults.length > 0) throw invalid(path, faults)
  return given.map(({ line }) => new Secret(line))
}

async function isIdentity(line: string): Promise<boolean> {
  const { identityToRecipient } = await ageLibrary()
  try {
    await identityToRecipient(line)
    return true
  } catch {
    return false
  }
}

function invalid(path: string, faults: readonly string[]): SealiftError {
  return new SealiftError('KEY_INVALID', `${path} cannot be used as an age identity`, {
    faults,
    hints: [
      'an identity is a line AGE-SECRET-KEY-…, as age-keygen writes it',
      'age can open the escrow in its place: age -d -i IDENTITY FILE | sealift keys restore /dev/stdin -c site.yaml',
    ],
  })
}
