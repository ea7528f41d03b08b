import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ErrorCode, messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Values } from '../../kernel/ports/index.ts'
import { printJson } from '../../kernel/yaml/index.ts'
import { temporaryFailed, temporaryFolder } from '../temporary.ts'
import type { HelmOptions } from './options.ts'

/** One call of helm. */
export interface HelmCall {
  readonly args: readonly string[]
  /** Written to private files and named with `--values`, in this order. */
  readonly values?: readonly Values[]
  /** What is being done, for the error: `rendering chart x`. */
  readonly doing: string
  readonly code: ErrorCode
  readonly signal?: AbortSignal | undefined
}

/** What helm said, whether it liked it or not. */
export interface HelmAnswer {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs helm with a private home and an environment of only what it needs. The folder is removed afterwards.
 * @throws SealiftError `code` when helm cannot be started; DISK_FULL, FILE_FAILED for its folder; INTERRUPTED when the signal says so
 */
export async function runHelm(options: HelmOptions, call: HelmCall): Promise<HelmAnswer> {
  // Loaded when it is needed: a build that has no chart to render starts sooner.
  const { execa } = await import('execa')
  const { path: home, dispose } = await temporaryFolder('sealift-helm-')
  try {
    const files = await Promise.all(
      (call.values ?? []).map((values, i) => writeValues(join(home, `values-${i}.yaml`), values)),
    )
    const { failed, exitCode, isCanceled, stdout, stderr, message } = await execa(
      options.program,
      [...call.args, ...files.flatMap(file => ['--values', file])],
      {
        env: environment(home, options),
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
        maxBuffer: 256 * 1024 * 1024,
        // Helm rolls nothing back by itself when it is told to stop; it needs a moment to say so.
        forceKillAfterDelay: 10_000,
        ...(call.signal ? { cancelSignal: call.signal } : {}),
      },
    )
    if (isCanceled) throw new SealiftError('INTERRUPTED', `interrupted while ${call.doing}`)
    if (failed && exitCode === undefined) {
      throw new SealiftError(call.code, `helm could not be run while ${call.doing}`, {
        hints: [printable(firstLine(message))],
      })
    }
    return { ok: !failed, stdout, stderr }
  } finally {
    await dispose()
  }
}

/** The error of an answer that is not ok: helm's own words, made printable, as hints. */
export function helmFault({ code, doing }: HelmCall, { stderr }: HelmAnswer): SealiftError {
  const lines = stderr
    .split('\n')
    .map(cleaned)
    .filter(line => line !== '' && !/^(Use --debug|WARNING:|level=WARN)/i.test(line))
  return new SealiftError(code, `helm failed while ${doing}`, {
    hints: lines.slice(-8).map(line => printable(line, 500)),
  })
}

/** Log decorations off, so that the cause is what people read. */
function cleaned(line: string): string {
  return line
    .replace(/^(level=\w+ )?msg=/, '')
    .replace(/^Error: /, '')
    .replace(/sealift-helm-[\w-]+\/values-/g, 'values-')
    .trim()
}

const firstLine = (message: string | undefined): string => messageOf(message).split('\n')[0] ?? ''

async function writeValues(path: string, values: Values): Promise<string> {
  const bytes = values instanceof Uint8Array ? values : printJson(values)
  await writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) =>
    Promise.reject(temporaryFailed('write values to', path, cause)),
  )
  return path
}

// What a kubeconfig's own login program and a proxied API server need; nothing else of the user's gets in.
const passedOn = ['PATH', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

function environment(home: string, { kubeconfig, context }: HelmOptions): Record<string, string> {
  const own = Object.fromEntries(
    passedOn.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  return {
    ...own,
    HOME: home,
    TMPDIR: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    NO_COLOR: '1',
    // A file that is not there rather than none named: without it helm would look for the cluster it runs in.
    KUBECONFIG: kubeconfig ?? join(home, 'no-kubeconfig'),
    ...(context === undefined ? {} : { HELM_KUBECONTEXT: context }),
  }
}
