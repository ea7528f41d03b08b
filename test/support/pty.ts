import { join } from 'node:path'
import { execa } from 'execa'

const program = join(import.meta.dirname, '..', '..', 'dist', 'bin.js')

/** What a terminal was like, and what was typed into it. */
interface Sitting {
  readonly columns?: number
  /** What is typed, once it is asked for: a prompt ends with a colon and a blank. */
  readonly typed?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs Sealift in a real terminal, as somebody at its keyboard: all that is seen, and the exit code. */
export async function atTerminal(
  args: readonly string[],
  { columns = 80, typed = '', env = {} }: Sitting = {},
): Promise<{ readonly exitCode: number | undefined; readonly seen: string }> {
  const words = [process.execPath, program, ...args].map(word => `'${word}'`).join(' ')
  const running = execa('script', ['-qfec', `stty cols ${columns} rows 24; ${words}`, '/dev/null'], {
    ...{ reject: false, timeout: 60_000 },
    env: { TERM: 'xterm-256color', ...env },
  })
  let seen = ''
  running.stdout.on('data', bytes => {
    const asked = /Type .*: /.test(seen)
    seen += bytes
    if (!asked && /Type .*: /.test(seen)) running.stdin.end(typed)
  })
  const { exitCode } = await running
  return { exitCode, seen: seen.replaceAll('\r\n', '\n') }
}
