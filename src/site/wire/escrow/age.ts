import { SealiftError } from '../../../kernel/errors/index.ts'
import { Secret } from '../../../kernel/ports/index.ts'
import { ageLibrary } from './library.ts'

/** Asks a person for the passphrase that the file of this path was encrypted with. */
export type AskPassphrase = (path: string) => Promise<Secret>

/** Encrypts a text to age recipients: an armored age file, which `age -d` opens as well. */
export async function encryptTo(recipients: readonly string[], text: Secret): Promise<string> {
  const { armor, Encrypter } = await ageLibrary()
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return `${armor.encode(await encrypter.encrypt(text.reveal())).trimEnd()}\n`
}

/** Whether bytes are an age file, armored or not. */
export function isAgeFile(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart()
  return start.startsWith('age-encryption.org/') || start.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')
}

/**
 * The text in an age file. `where` names it, `identities` are those that may open it; one that is closed with a
 * passphrase asks for that.
 * @throws SealiftError KEY_INVALID when nothing opens it, or it is damaged; and what `ask` throws
 */
export async function decrypt(
  bytes: Uint8Array,
  where: string,
  identities: readonly Secret[],
  ask: AskPassphrase,
): Promise<Secret> {
  const { Decrypter } = await ageLibrary()
  const file = await unarmored(bytes, where)
  const decrypter = new Decrypter()
  const byPassphrase = /^age-encryption\.org\/v1\n-> scrypt /.test(headOf(file))
  if (byPassphrase) decrypter.addPassphrase((await ask(where)).reveal())
  else if (identities.length === 0)
    throw new SealiftError(
      'KEY_INVALID',
      `${where} is encrypted to age recipients: an identity of theirs opens it`,
      {
        hints: ['name the file of the identity with -i'],
      },
    )
  for (const identity of identities) decrypter.addIdentity(identity.reveal())
  try {
    return new Secret(await decrypter.decrypt(file, 'text'))
  } catch (error) {
    // The library's only way to tell: https://github.com/FiloSottile/typage, Decrypter.decryptHeaderInternal.
    const unmatched = error instanceof Error && error.message.startsWith('no identity matched')
    if (!unmatched) throw new SealiftError('KEY_INVALID', `${where} is damaged, or no age file`)
    throw new SealiftError(
      'KEY_INVALID',
      byPassphrase
        ? `${where} cannot be opened: the passphrase is wrong`
        : `${where} cannot be opened: it was not encrypted to any of these identities`,
      {
        hints: byPassphrase
          ? []
          : ['take the identity of one of its recipients, or another copy of the escrow'],
      },
    )
  }
}

const headOf = (file: Uint8Array) => Buffer.from(file.subarray(0, 64)).toString('latin1')

async function unarmored(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  if (headOf(bytes).startsWith('age-encryption.org/')) return bytes
  const { armor } = await ageLibrary()
  try {
    return armor.decode(Buffer.from(bytes).toString('latin1').trim())
  } catch {
    throw new SealiftError('KEY_INVALID', `${where} is damaged, or no age file`)
  }
}
