import { SealiftError } from '../../kernel/errors/index.ts'
import type { Helm, Release, ReleaseStatus } from '../../kernel/ports/index.ts'
import type { HelmOptions } from './options.ts'
import { type HelmCall, helmFault, runHelm } from './run.ts'

// What is asked of `helm get all`: words that have no newline, a line each, then the manifest as it is.
const fields = ['Info.Status', 'Version', 'Chart.Metadata.Name', 'Chart.Metadata.Version', 'Manifest']
const statusTemplate = fields.map(field => `{{.Release.${field}}}`).join('\n')

/** The Helm port on a real helm. */
export function createHelm(options: HelmOptions): Helm {
  const run = async (call: HelmCall): Promise<string> => {
    const answer = await runHelm(options, call)
    if (!answer.ok) throw helmFault(call, answer)
    return answer.stdout
  }
  const status: Helm['status'] = (...asked) => readStatus(options, ...asked)
  const known = async (release: string, namespace: string) => {
    const now = await status(release, namespace)
    if (now !== undefined) return now
    throw new SealiftError(
      'HELM_FAILED',
      `helm installed ${release}, but knows of no such release in ${namespace}`,
    )
  }
  return {
    status,
    template({ release, namespace, chart, values }, target, signal) {
      const { kubernetes, apiVersions = [], upgrade = false } = target
      // Hooks are rendered, for their images must travel; tests never run on a site.
      const flags = ['--kube-version', kubernetes, '--include-crds', '--skip-tests', '--namespace', namespace]
      const site = [
        ...(upgrade ? ['--is-upgrade'] : []),
        ...apiVersions.flatMap(api => ['--api-versions', api]),
      ]
      const args = ['template', release, chart, ...flags, ...site]
      return run({
        args,
        values,
        doing: `rendering ${chart.split('/').at(-1)}`,
        code: 'RENDER_FAILED',
        signal,
      })
    },
    async render({ release, namespace, chart, values }, signal) {
      const flags = [
        '--is-upgrade',
        '--dry-run=server',
        '--no-hooks',
        '--skip-tests',
        '--namespace',
        namespace,
      ]
      const args = ['template', release, chart, ...flags]
      const doing = `rendering ${release} as an upgrade`
      return run({ args, values, doing, code: 'RENDER_FAILED', signal })
    },
    async upgrade({ release, namespace, chart, values }: Release, timeoutSeconds, signal) {
      const flags = ['--install', '--wait', '--timeout', `${timeoutSeconds}s`, '--namespace', namespace]
      // Whoever has edited an object of the release owns that field from then on, and an upgrade would fail on it.
      const apply = ['--server-side=true', '--force-conflicts', '--create-namespace=false']
      const args = ['upgrade', release, chart, ...flags, ...apply, '--history-max', '5', '-o', 'json']
      await run({ args, values, doing: `installing ${release} in ${namespace}`, code: 'HELM_FAILED', signal })
      return await known(release, namespace)
    },
    async rollback({ release, namespace, revision }, timeoutSeconds, signal) {
      const flags = ['--wait', '--timeout', `${timeoutSeconds}s`, '--namespace', namespace]
      // Hooks come out of the record, as for a removal; one field that somebody has edited would fail it.
      const apply = ['--server-side=true', '--force-conflicts', '--no-hooks', '--history-max', '5']
      const args = ['rollback', release, String(revision), ...flags, ...apply]
      const doing = `taking ${release} in ${namespace} back to revision ${revision}`
      await run({ args, doing, code: 'HELM_FAILED', signal })
      return await known(release, namespace)
    },
    async uninstall(release, namespace, timeoutSeconds) {
      const flags = [
        '--ignore-not-found',
        // Hooks come out of the record, which others may have written.
        '--no-hooks',
        '--wait',
        '--timeout',
        `${timeoutSeconds}s`,
        '--namespace',
        namespace,
      ]
      const args = ['uninstall', release, ...flags]
      await run({ args, doing: `removing ${release} from ${namespace}`, code: 'HELM_FAILED' })
    },
  }
}

async function readStatus(
  options: HelmOptions,
  release: string,
  namespace: string,
  asked?: number,
): Promise<ReleaseStatus | undefined> {
  const which = asked === undefined ? [] : ['--revision', String(asked)]
  const call: HelmCall = {
    args: ['get', 'all', release, ...which, '--namespace', namespace, '--template', statusTemplate],
    doing: `reading the state of ${release} in ${namespace}`,
    code: 'HELM_FAILED',
  }
  const answer = await runHelm(options, call)
  if (!answer.ok) {
    if (/release: not found/.test(answer.stderr)) return undefined
    throw helmFault(call, answer)
  }
  const [status = '', revision, chart = '', version = '', ...manifest] = answer.stdout.split('\n')
  return { status, revision: Number(revision), chart, version, manifest: manifest.join('\n') }
}
