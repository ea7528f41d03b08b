import { styleText } from 'node:util'

/** What of a stream says whether colours are seen on it. */
interface Paintable {
  readonly isTTY?: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether a stream gets colours: on a terminal, unless NO_COLOR is there (no-color.org) or TERM is dumb; FORCE_COLOR goes
 * before all of it, for and against, as Node takes it.
 */
export function paints({ isTTY = false }: Paintable, environment: Environment = process.env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: terminal } = environment
  if (forced !== undefined) return !['0', 'false'].includes(forced)
  return isTTY && !none && terminal !== 'dumb'
}

/** The signs before steps that are over, in colour where a stream gets some. */
export function signs(stream: Paintable): Readonly<Record<'done' | 'skip' | 'fail' | 'warn', string>> {
  const paint = (colour: 'green' | 'red' | 'yellow', sign: string) =>
    paints(stream) ? styleText(colour, sign, { validateStream: false }) : sign
  return { done: paint('green', '✔'), skip: '=', fail: paint('red', '✖'), warn: paint('yellow', '!') }
}
