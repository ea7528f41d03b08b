import { SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type Reporter } from '../../kernel/ports/index.ts'

/** What failed, of what; and, where those are not the error's own, its lines among other faults, and it alone. */
interface Fault {
  readonly about: string
  readonly error: SealiftError
  readonly lines?: readonly string[]
  readonly alone?: SealiftError
}

const mostHints = 10

/** Faults of a run that goes on with whatever does not need what failed, so as to tell all of them at its end. */
export class Faults {
  readonly #found: Fault[] = []
  readonly #signal: AbortSignal
  readonly #done: string

  /** `done` is what could not be done, in a participle: `locked`. */
  constructor(signal: AbortSignal, done: string) {
    this.#signal = signal
    this.#done = done
  }

  get any(): boolean {
    return this.#found.length > 0
  }

  add(fault: Fault): void {
    this.#found.push(fault)
  }

  /**
   * What the work gives; nothing where it fails, which is told later.
   * @throws what is no SealiftError, and the signal's reason when aborted
   */
  async attempt<T>(about: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#signal.throwIfAborted()
      if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
      this.add({ about, error })
      return undefined
    }
  }

  /** Attempts each of a list as a step that people see, one after the other; gives what came of those that went well. */
  async attemptEach<Item, Result>(
    reporter: Reporter,
    list: readonly Item[],
    title: (item: Item) => string,
    about: (item: Item) => string,
    work: (item: Item) => Promise<Result>,
  ): Promise<Result[]> {
    const results: Result[] = []
    for (const item of list) {
      const step = () => asStep(reporter, title(item), async () => ({ result: await work(item) }))
      const done = await this.attempt(about(item), step)
      if (done !== undefined) results.push(done.result)
    }
    return results
  }

  /**
   * Ends the run if there were any. One fault is told as it is. Several are one error, whose code is the smallest exit
   * code of theirs: what is wrong with the spec (10 to 16) goes before what is wrong with the world (20 to 25), so that
   * with 20 and above nothing but the world has to be mended. They are told in the order that they were found in, or in that of
   * what they are about, where what was attempted side by side fails in no order of its own.
   * @throws SealiftError
   */
  tell(order: readonly string[] = []): void {
    const all = this.#found.toSorted((a, b) => order.indexOf(a.about) - order.indexOf(b.about))
    const [first] = all.toSorted((a, b) => a.error.exitCode - b.error.exitCode)
    if (first === undefined) return
    if (all.length === 1) throw first.alone ?? first.error
    const hints = [...new Set(all.flatMap(({ error }) => error.hints))].slice(0, mostHints)
    throw new SealiftError(first.error.code, `${all.length} things could not be ${this.#done}`, {
      faults: all.flatMap(fault => fault.lines ?? linesOf(fault)),
      hints,
      cause: first.error,
    })
  }
}

/** Most messages begin with what they are about; each fault below them is named by it as well. */
function linesOf({ about, error: { message, faults } }: Fault): string[] {
  return [message, ...faults].map(text => (text.startsWith(about) ? text : `${about}: ${text}`))
}
