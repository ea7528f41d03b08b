import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Secret } from '../../../kernel/ports/index.ts'
import { ageLibrary } from './library.ts'

/** Bytes in order, however they are cut. */
export type Bytes = AsyncIterable<Uint8Array>

/** More than a header for a hundred post-quantum recipients has. */
const mostHeader = 256 * 1024

/**
 * Bytes as a binary age file for the recipients, which `age -d` opens as well: 64 KiB at a time, whatever there is. A piece of
 * `plain` need hold only until the next one is asked for.
 */
export async function encryptedTo(recipients: readonly string[], plain: Bytes): Promise<Bytes> {
  const { Encrypter } = await ageLibrary()
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return iterated(await encrypter.encrypt(readable(plain)))
}

/**
 * What a binary age file holds, 64 KiB at a time: each piece is proven to be what was encrypted, and the last one to be the
 * end, before it is given. `where` names it.
 * @throws SealiftError KEY_INVALID when none of the identities opens it; BACKUP_INVALID, then or while it is read, where it
 * is damaged or no age file
 */
export async function decryptedBy(
  identities: readonly Secret[],
  encrypted: Bytes,
  where: string,
): Promise<Bytes> {
  const { Decrypter } = await ageLibrary()
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity.reveal())
  const damaged = () =>
    new SealiftError('BACKUP_INVALID', `${where} is damaged or cut off, or no age file`, {
      hints: ['take another copy of it; its name ends in the beginning of its sha256'],
    })
  let plain: Bytes
  try {
    plain = iterated(await decrypter.decrypt(readable(withHeader(encrypted, damaged))))
  } catch (error) {
    if (error instanceof SealiftError) throw error
    // The library's only way to tell: https://github.com/FiloSottile/typage, Decrypter.decryptHeaderInternal.
    const unmatched = error instanceof Error && error.message.startsWith('no identity matched')
    if (!unmatched) throw damaged()
    throw new SealiftError(
      'KEY_INVALID',
      `${where} cannot be opened: it was not encrypted to any of these identities`,
      {
        hints: [
          'take the identity of one of its recipients; a file whose first lines were changed says the same',
        ],
      },
    )
  }
  return proven(plain, damaged)
}

async function* proven(plain: Bytes, damaged: () => SealiftError): Bytes {
  try {
    yield* plain
  } catch (error) {
    if (error instanceof SealiftError) throw error
    throw damaged()
  }
}

/** The library reads a header to its end, wherever that is: it must be near. */
async function* withHeader(encrypted: Bytes, damaged: () => SealiftError): Bytes {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const bytes of encrypted) {
    if (head === undefined) {
      yield bytes
      continue
    }
    head = Buffer.concat([head, bytes])
    if (/\n--- [^\n]*\n/.test(head.subarray(0, mostHeader).toString('latin1'))) {
      yield head
      head = undefined
    } else if (head.length >= mostHeader) throw damaged()
  }
  if (head !== undefined) throw damaged()
}

function readable(bytes: Bytes): ReadableStream<Uint8Array> {
  const each = bytes[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await each.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await each.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

async function* iterated(stream: ReadableStream<Uint8Array>): Bytes {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      if (value.length > 0) yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
