import { Command, Flags, type Interfaces } from '@oclif/core'
import { type ErrorCode, exitCodes, messageOf, printable, SealiftError } from '../kernel/errors/index.ts'
import type { Reporter, Talk } from '../kernel/ports/index.ts'
import { withNext } from './going-on.ts'
import { printableJson } from './printable-json.ts'
import { progressOn } from './progress.ts'
import { createReporter, quietReporter } from './reporter.ts'
import { isParseError, usageError } from './usage-error.ts'

/** What `--json` prints when a command fails. */
export interface JsonError {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly exit: number
    readonly hints: readonly string[]
    readonly faults: readonly string[]
  }
}

/** What all commands share: `--json`, `--quiet`, a reporter on stderr, Ctrl-C as a signal, errors for people. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    quiet: Flags.boolean({
      char: 'q',
      helpGroup: 'GLOBAL',
      summary: 'No progress on stderr; warnings and errors stay.',
    }),
  }
  /** The ways this command can fail, for the EXIT CODES section of `--help`. */
  static readonly exits: readonly ErrorCode[] = []

  readonly #abort = new AbortController()

  /** Aborted by Ctrl-C or SIGTERM; everything that takes time listens to it. */
  protected get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Where the verb talks; before `init`, warnings alone. */
  protected reporter: Reporter = quietReporter(process.stderr)

  /** Tells what is not wrong, and good to know, wherever the verb talks by then. */
  protected readonly note = (message: string): void => this.reporter.note(message)

  /** How the verb of this command is watched and stopped. */
  protected get talk(): Talk {
    const verb = (this.id ?? '').replaceAll(':', ' ')
    return { reporter: this.reporter, signal: this.signal, progressOn, run: { verb, given: this.#given } }
  }

  #given: readonly string[] = []

  /** Notes what was typed, for the audit log: no secret is ever an argument or a flag. */
  protected override async parse<
    F extends Interfaces.OutputFlags<F>,
    B extends Interfaces.OutputFlags<B>,
    A extends Interfaces.OutputArgs<A>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    const isSwitch = (flag: string) => typeof Object(parsed.flags)[flag] === 'boolean'
    this.#given = parsed.raw.map(given =>
      given.type === 'arg' ? given.input : `--${given.flag}${isSwitch(given.flag) ? '' : ` ${given.input}`}`,
    )
    return parsed
  }

  override async init(): Promise<void> {
    await super.init()
    this.reporter = await createReporter(this.argv.includes('--quiet') || this.argv.includes('-q'))
    process.on('SIGINT', this.#interrupt)
    process.on('SIGTERM', this.#interrupt)
  }

  /** Leaves warnings and errors on stderr, and no progress. */
  protected beQuiet(): void {
    this.reporter = quietReporter(process.stderr)
  }

  readonly #interrupt = () => {
    // A second Ctrl-C means now: what is half-done then is found and continued by the next run.
    if (this.signal.aborted) process.exit(exitCodes.INTERRUPTED)
    process.stderr.write('\nStopping where a rerun can go on; press Ctrl-C again to stop at once.\n')
    this.#abort.abort(new SealiftError('INTERRUPTED', 'interrupted'))
  }

  /** The result, fit for a terminal whatever a bundle, a lock or a server has put into it. */
  override log(message = ''): void {
    super.log('%s', line(message, Number.POSITIVE_INFINITY))
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${printableJson(json)}\n`)
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    process.off('SIGINT', this.#interrupt)
    process.off('SIGTERM', this.#interrupt)
    await super.finally(error)
  }

  protected override async catch(
    thrown: Error & { exitCode?: number; oclif?: { exit?: number } },
  ): Promise<void> {
    const error = this.signal.aborted
      ? withNext(interruption(thrown), { bin: this.config.bin, id: this.ctor.id, argv: this.argv })
      : isParseError(thrown)
        ? usageError(thrown, this.ctor)
        : thrown
    if (this.jsonEnabled()) {
      process.exitCode = exitOf(error)
      this.logJson(this.toErrorJson(error))
      return
    }
    if (!(error instanceof SealiftError) && 'oclif' in error) return super.catch(error)
    process.stderr.write(explain(error))
    this.exit(exitOf(error))
  }

  /**
   * What a command gives whose result may be a fault as well: then that is told beside it, unless
   * `silent`, and its code is the exit code.
   */
  protected withFault<T extends object>(
    result: T,
    fault: SealiftError | undefined,
    silent = false,
  ): T & Partial<JsonError> {
    if (fault === undefined) return result
    process.exitCode = fault.exitCode
    if (!this.jsonEnabled() && !silent) process.stderr.write(explain(fault))
    return { ...result, error: jsonError(fault).error }
  }

  protected override toErrorJson(thrown: unknown): JsonError {
    return jsonError(thrown)
  }
}

/** What `--json` prints of an error. */
export function jsonError(thrown: unknown): JsonError {
  const { hints, faults } = thrown instanceof SealiftError ? thrown : { hints: [], faults: [] }
  const code = thrown instanceof SealiftError ? thrown.code : 'BUG'
  return { error: { code, message: messageOf(thrown), exit: exitOf(thrown), hints, faults } }
}

/** Whatever an interruption made fail, it is one; what is said of it already stays. */
function interruption(thrown: Error): SealiftError {
  const told = thrown instanceof SealiftError && thrown.code === 'INTERRUPTED'
  return told ? thrown : new SealiftError('INTERRUPTED', 'interrupted')
}

function exitOf(thrown: unknown): number {
  if (thrown instanceof SealiftError) return thrown.exitCode
  const oclif = (thrown as { oclif?: { exit?: number } } | undefined)?.oclif
  return oclif?.exit ?? exitCodes.BUG
}

/** An error for people: what happened, every fault, what to do next. A bug asks to be reported. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof SealiftError)) {
    const stack = process.env['SEALIFT_DEBUG'] && thrown instanceof Error ? `\n${thrown.stack}` : ''
    return `Error: ${line(messageOf(thrown))}${stack}\n  This is a fault of Sealift itself. SEALIFT_DEBUG=1 shows where; please report it.\n`
  }
  const faults = thrown.faults.map(fault => `  - ${line(fault)}\n`).join('')
  const hints = thrown.hints.map(hint => `  → ${line(hint)}\n`).join('')
  return `Error: ${line(thrown.message)} (${thrown.code})\n${faults}${hints}`
}

/** Names of files and what servers say may hold anything; a terminal obeys some of it. Lines stay lines. */
function line(text: string, limit = 4000): string {
  return text
    .split('\n')
    .map(one => printable(one, limit))
    .join('\n')
}
