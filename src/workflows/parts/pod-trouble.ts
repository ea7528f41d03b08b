import { count, printable } from '../../errors/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../ports/index.ts'

interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } }
}

// What a log line must not carry into an error: user and password in URLs, Sealift's own passwords, and long hex or
// base64 strings. A password may have an @ or a slash in it: up to the last @, unless a port or a digest stands there.
const credentials =
  /\b(\w{1,32}:\/\/)(?:[^\s/@:]*:(?!\d{1,5}[/?#])\S*@|[^\s/@]*@)(?!sha256:)|\bSl-[A-Za-z0-9]{32}\b|\b[0-9a-f]{32,}\b|\b[A-Za-z0-9+/]{40,}={0,2}/gi
const cutCredentials = /\b(\w{1,32}:\/\/)[^\s@]*$/

// Characters of a line that are looked at: expressions may take the square of them.
const longestLine = 2000

/** Why pods of a namespace are not ready: state, exit codes and last log lines, with what looks like a secret taken out. */
export async function podTrouble(cluster: Cluster, namespace: string): Promise<string[]> {
  const lines: string[] = []
  for (const pod of await cluster.list(kinds.pod, namespace)) {
    const { name } = pod.metadata
    for (const status of statusesOf(pod).filter(({ ready }) => !ready)) {
      const { waiting } = status.state ?? {}
      const ended = status.lastState?.terminated
      const parts = [
        waiting ? `${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}` : 'not ready',
        status.restartCount > 0 ? count(status.restartCount, 'restart') : '',
        ended ? `last exit ${ended.exitCode} (${ended.reason})` : '',
      ]
      lines.push(redacted(`pod ${name}, ${status.name}: ${parts.filter(part => part !== '').join(', ')}`))
      const log = await cluster.logs(namespace, name, status.name, 5).catch(() => '')
      for (const line of log.split('\n').filter(text => text.trim() !== ''))
        lines.push(redacted(`  log: ${line}`))
    }
  }
  return lines
}

function statusesOf(pod: KubernetesObject): readonly ContainerStatus[] {
  const status = pod['status'] as { containerStatuses?: readonly ContainerStatus[] } | undefined
  return status?.containerStatuses ?? []
}

function redacted(text: string): string {
  const seen = text.slice(0, longestLine)
  const whole = seen.length < text.length ? seen.replace(cutCredentials, '$1[secret]') : seen
  return printable(
    whole.replace(credentials, (_, scheme?: string) => (scheme ? `${scheme}[secret]@` : '[secret]')),
    300,
  )
}
