import { messageOf, printable, Refusal, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import type { Answer, Call } from './call.ts'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known to DNS',
  EAI_AGAIN: 'its name cannot be resolved: DNS does not answer',
  EHOSTUNREACH: 'no route to that host',
  ENETUNREACH: 'no route to that network',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'the connection was reset',
}

const otherName = 'ERR_TLS_CERT_ALTNAME_INVALID'

/** What to look at when a server cannot be talked to; `tls` when it is its certificate. */
function hintsFor(code: string, tls: boolean): string[] {
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return [
      `is the clock of this machine right? It says ${new Date().toISOString()}`,
      'if it is, the certificate is not of this time: K3s renews what has expired when it starts (systemctl restart k3s)',
    ]
  if (code === otherName)
    return [
      'name the server in the kubeconfig as its certificate does, or have K3s put this name into it: --tls-san, or tls-san in /etc/rancher/k3s/config.yaml, and systemctl restart k3s',
    ]
  if (tls)
    return ['is this kubeconfig from this cluster? K3s makes a new authority when it is installed anew']
  return [
    'is K3s running (systemctl status k3s), and does the kubeconfig name its address as seen from here?',
  ]
}

/** The error for a server that could not be talked to. `timeout` is the time given to one call, in milliseconds. */
export function unreachable(server: string, error: unknown, timeout: number): SealiftError {
  const code = systemCode(error) ?? ''
  const late = code === 'ABORT_ERR' || (error instanceof Error && /^(Abort|Timeout)Error$/.test(error.name))
  const tls = /CERT|SSL|SIGNATURE|SELF_SIGNED|EPROTO/.test(code)
  const reason = late
    ? `no answer within ${timeout / 1000} s`
    : tls
      ? `its certificate is not ${code === otherName ? 'for that name' : 'trusted'} (${code})`
      : (reasons[code] ?? printable(messageOf(error)))
  return new SealiftError('CLUSTER_UNREACHABLE', `cannot reach the cluster at ${server}: ${reason}`, {
    hints: hintsFor(code, tls),
    cause: error,
  })
}

/** The error for credentials that cannot be made: a missing key file, a credential plugin that fails. */
export function badCredentials(server: string): SealiftError {
  return new SealiftError('CLUSTER_DENIED', `the kubeconfig's credentials for ${server} cannot be used`, {
    hints: [
      'check the certificate, key and token files that it names, and its credential plugin if it has one',
    ],
  })
}

/** What a call was about: `secrets databases/login`. */
function target({ resource, name, namespace }: Call): string {
  const path = [namespace, name].filter(part => part !== undefined).join('/')
  return printable(path ? `${resource} ${path}` : resource)
}

/** The Kubernetes `Status` that comes with a refusal, or its plain text. */
function statusMessage(call: Call, { status, text }: Answer): string {
  try {
    const { message, reason } = textsIn(JSON.parse(text))
    // A server quotes the fields that it refuses; those of a Secret are not for the terminal.
    if (call.resource === 'secrets' && (status === 422 || status === 400 || status >= 500)) {
      return reason ?? `status ${status}`
    }
    return message || (reason ?? `status ${status}`)
  } catch {
    return text.trim() && call.resource !== 'secrets' ? text.trim() : `status ${status}`
  }
}

function textsIn(status: unknown): { readonly message?: string; readonly reason?: string } {
  const texts = Object.entries(fieldsOf(status)).filter(
    ([, field]) => typeof field === 'string' && field !== '',
  )
  return Object.fromEntries(texts)
}

/** The error for an answer with a status of 400 and more. */
export function refused(call: Call, answer: Answer): SealiftError {
  if (answer.status === 401) {
    return new SealiftError('CLUSTER_DENIED', `the cluster does not accept the kubeconfig's credentials`, {
      hints: ['they may have expired: copy the kubeconfig from the server again'],
    })
  }
  const message = printable(statusMessage(call, answer), 600)
  if (answer.status === 403) return denied(call, [`the cluster says: ${message}`])
  const refusal = isPlain(answer) ? { cause: new Refusal() } : {}
  return new SealiftError('CLUSTER_FAILED', `cannot ${call.verb} ${target(call)}: ${message}`, refusal)
}

/**
 * Whether an answer is about the object as it is. 422: a field, or an admission policy. 400 is a webhook's refusal where
 * that gave no code of its own (k8s.io/apiserver, ToStatusErr); what the server itself calls a bad request, a webhook
 * that knows no dry run among it, has that as its reason.
 */
function isPlain({ status, text }: Answer): boolean {
  if (status !== 400) return status === 422
  try {
    const said = JSON.parse(text)
    return fieldsOf(said)['kind'] === 'Status' && textsIn(said).reason !== 'BadRequest'
  } catch {
    return false
  }
}

/** The error for what RBAC does not allow. */
export function denied(
  { verb, resource, name, namespace }: Pick<Call, 'verb' | 'resource' | 'name' | 'namespace'>,
  hints: readonly string[] = ['an install needs the rights of a cluster admin'],
): SealiftError {
  const where = namespace ? ` in namespace ${printable(namespace)}` : ''
  const what = printable(name ? `${resource} "${name}"` : resource)
  return new SealiftError('CLUSTER_DENIED', `not allowed to ${verb} ${what}${where}`, { hints })
}

/** The error for everything else that the cluster does not do. */
export function failed(message: string, hints: readonly string[] = []): SealiftError {
  return new SealiftError('CLUSTER_FAILED', printable(message, 600), { hints })
}
