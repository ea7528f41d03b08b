import { createInterface } from 'node:readline/promises'
import { printable, SealiftError } from '../kernel/errors/index.ts'

/** What would go, and by whose name it is confirmed. */
export interface Loss {
  /** What has to be typed. */
  readonly name: string
  /** What would be deleted, a line each. */
  readonly lines: readonly string[]
}

/**
 * Lets somebody type a name before what goes by it is deleted; `given` are names that the command line has already.
 * @throws SealiftError USAGE when another one is typed, or there is no terminal
 */
export async function confirmLoss(
  { name, lines }: Loss,
  given: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (given.includes(name)) return
  const unsaid = new SealiftError('USAGE', `nothing was changed: deleting from ${name} was not confirmed`, {
    faults: lines.map(line => `would go for ever: ${line}`),
    hints: [`If you mean it: type ${name} when asked, or say --confirm ${name}`],
  })
  if (!process.stdin.isTTY) throw unsaid
  const shown = lines.map(line => `  - ${printable(line, 500)}\n`).join('')
  process.stderr.write(`This goes for ever from ${name}:\n${shown}`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const typed = await terminal.question(`Type ${name} to delete it: `, { signal })
    if (typed.trim() !== name) throw unsaid
  } finally {
    terminal.close()
  }
}
