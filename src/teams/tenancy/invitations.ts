import { SealiftError } from '../../kernel/errors/index.ts'
import type { Files, Invitation } from '../../kernel/ports/index.ts'

const head = [
  '# Invitations to Infisical: an address and its link a line. Whoever has a link is that person, and it works once.',
  '# Infisical does not give them again. Give each to its person alone, and delete its line then.',
].join('\n')

type Beside = Pick<Files, 'readBeside' | 'write'>

// Some ten thousand links.
const largest = 4 * 1024 * 1024

/**
 * A keeper of invitations in a file that only its owner may read (0600). What is in it already stays. It is written once
 * beforehand, with nothing new: a link that cannot be kept must not be asked for.
 * @throws SealiftError FILE_FAILED, DISK_FULL
 */
export async function openInvitations(files: Beside, path: string) {
  const write = async (more: readonly Invitation[]) => {
    // Each time anew: somebody else may have written in it, or have taken out what was given to its person.
    let text = (await files.readBeside(path, largest)) ?? `${head}\n`
    if (text !== '' && !text.endsWith('\n')) text += '\n'
    text += more.map(({ email, link }) => `${email} ${link.reveal()}\n`).join('')
    await files.write(path, text, 0o600)
  }
  await write([])
  return async (invitations: readonly Invitation[]): Promise<void> => {
    try {
      if (invitations.length > 0) await write(invitations)
    } catch (error) {
      if (!(error instanceof SealiftError)) throw error
      throw error.with({
        faults: invitations.map(({ email }) => `the link of ${email} is lost`),
        hints: [
          'Remove them from the organisation in Infisical, and apply again: they are invited anew then.',
        ],
      })
    }
  }
}
