import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { printable, SealiftError } from '../kernel/errors/index.ts'
import { Secret } from '../kernel/ports/index.ts'

/** Variables that hold a passphrase, first one first; the second is cosign's own. */
const variables = ['SEALIFT_KEY_PASSPHRASE', 'COSIGN_PASSWORD'] as const

/**
 * Asks for the passphrase of the key in a file: from the environment, else on the terminal without echo, twice when it is
 * `fresh`. Never from the arguments, which every user of the machine can read.
 * @throws SealiftError KEY_INVALID when there is no terminal, or a fresh one is empty or typed differently
 */
export const askPassphrase =
  (signal: AbortSignal) =>
  async (path: string, fresh = false): Promise<Secret> => {
    const name = variables.find(variable => process.env[variable] !== undefined)
    const typed =
      name === undefined
        ? await prompt(`Passphrase of ${printable(path)}: `, path, signal)
        : process.env[name]
    if (fresh && !typed)
      throw new SealiftError('KEY_INVALID', 'a new key needs a passphrase that is not empty')
    if (fresh && name === undefined && typed !== (await prompt('Once more: ', path, signal)))
      throw new SealiftError('KEY_INVALID', 'the two passphrases are not the same')
    return new Secret(typed ?? '')
  }

async function prompt(question: string, path: string, signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new SealiftError(
      'KEY_INVALID',
      `${path} needs a passphrase, and there is no terminal to ask for it`,
      {
        hints: [`set ${variables[0]} (${variables[1]} is read as well)`],
      },
    )
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  // The interface takes the terminal's echo away before the question is shown.
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  const closed = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new SealiftError('INTERRUPTED', 'no passphrase was given')))
  })
  lines.once('SIGINT', () => process.emit('SIGINT'))
  process.stderr.write(question)
  try {
    return await Promise.race([lines.question('', { signal }), closed])
  } finally {
    closed.catch(() => {})
    lines.close()
    process.stderr.write('\n')
  }
}
