import { SealiftError, troubleOf } from '../../kernel/errors/index.ts'
import { printReference, type Reference } from '../../kernel/oci/index.ts'

/** How often in a row a registry may go on failing before it is asked nothing more. */
const mostFailures = 3

const why = {
  unreachable: 'cannot be reached',
  waits: 'asks to slow down',
  fails: 'went on failing',
} as const

/** What registries have failed with, and which are asked nothing more. */
export class Patience {
  readonly #failures = new Map<string, number>()
  readonly #given = new Map<string, SealiftError>()

  isOver(host: string): boolean {
    return this.#given.has(host)
  }

  /** @throws SealiftError where the registry is asked nothing more */
  refuse(reference: Reference): void {
    const error = this.#given.get(reference.registry)
    if (error === undefined) return
    const reason = why[troubleOf(error) ?? 'fails']
    const name = printReference(reference)
    throw new SealiftError(error.code, `${name} was not asked for: ${reference.registry} ${reason}`, {
      hints: error.hints,
      cause: error,
    })
  }

  note({ registry: host }: Reference, error?: unknown): void {
    const trouble = error === undefined ? undefined : troubleOf(error)
    const count = trouble === undefined ? 0 : (this.#failures.get(host) ?? 0) + 1
    this.#failures.set(host, count)
    if (trouble === undefined || !(error instanceof SealiftError)) return
    if (trouble !== 'fails' || count >= mostFailures) this.#given.set(host, error)
  }

  /** Notes what becomes of an answer, before anybody who asks for it from now on is told. */
  watch(reference: Reference, answer: Promise<unknown>): void {
    answer.then(
      () => this.note(reference),
      (error: unknown) => this.note(reference, error),
    )
  }
}
