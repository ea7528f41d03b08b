import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'

/** Where to look for the cluster. */
export interface KubeconfigOptions {
  /** A kubeconfig file; without it $KUBECONFIG, ~/.kube/config, K3s's own file, and the pod's own account. */
  readonly kubeconfig?: string | undefined
  /** A context of the kubeconfig, instead of its current one. */
  readonly context?: string | undefined
  /** Environment variables: KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and _PORT are read. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Is told, in a sentence, of a server that takes its time to answer. */
  readonly onSilence?: ((message: string) => void) | undefined
}

/** Credentials and address, ready for calls. */
export interface Connection {
  readonly config: KubeConfig
  /** The API server's address, fit for messages. */
  readonly server: string
}

const k3sFile = '/etc/rancher/k3s/k3s.yaml'
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'
const hint =
  'name the kubeconfig under cluster.kubeconfig in site.yaml, or in KUBECONFIG; on a K3s server run as root'

function unusable(message: string, hints: readonly string[] = [hint]): SealiftError {
  return new SealiftError('CLUSTER_UNREACHABLE', message, { hints })
}

/** `undefined` when readable, else why not. */
async function unreadable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK)
    return undefined
  } catch (error) {
    const code = systemCode(error)
    return code === 'ENOENT' ? 'not there' : code === 'EACCES' ? 'not readable by this user' : String(code)
  }
}

/** Files that one place names: KUBECONFIG may name several, which are one configuration together. */
function places({ kubeconfig, environment }: KubeconfigOptions): string[][] {
  if (kubeconfig) return [[kubeconfig]]
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(path => path !== '')
  // A KUBECONFIG that leads nowhere must not lead to another cluster than the one that was meant.
  if (named.length > 0) return [named]
  const home = environment['HOME']
  return [...(home ? [[join(home, '.kube', 'config')]] : []), [k3sFile]]
}

/**
 * Finds and reads the kubeconfig. Its content never shows in an error: it holds keys.
 * @throws SealiftError CLUSTER_UNREACHABLE with the places tried
 */
export async function connect(options: KubeconfigOptions): Promise<Connection> {
  const found = await kubeconfigFiles(options)
  if (found.length > 0) return read(found, options.context)
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = options.environment
  return inPod(host, port)
}

/**
 * The files that make the kubeconfig, in the order in which the first one counts; none inside a pod that has
 * only its own account.
 * @throws SealiftError CLUSTER_UNREACHABLE with the places tried
 */
export async function kubeconfigFiles(options: KubeconfigOptions): Promise<string[]> {
  const tried: string[] = []
  for (const paths of places(options)) {
    const faults = await Promise.all(paths.map(unreadable))
    const found = paths.filter((_, i) => faults[i] === undefined)
    if (found.length > 0) return found
    tried.push(...paths.map((path, i) => `${printable(path)} (${faults[i]})`))
  }
  if (options.environment['KUBERNETES_SERVICE_HOST'] && !options.kubeconfig) return []
  throw unusable(`no kubeconfig found: tried ${tried.join(', ')}`)
}

/** Why a kubeconfig cannot be read, in no words that may quote it: only where in it. */
function whyInvalid(error: unknown): string {
  if (systemCode(error) === 'EISDIR') return 'it is a folder'
  const { name, reason, mark } = fieldsOf(error)
  if (name !== 'YAMLException') return 'it has no fields'
  const { line, column } = fieldsOf(mark)
  if (typeof line === 'number' && typeof column === 'number')
    return `it is no YAML, at line ${line + 1}, column ${column + 1}`
  return String(reason).startsWith('expected a document') ? 'it is empty' : 'it is no YAML'
}

const isText = (value: unknown): value is string => typeof value === 'string'

async function read(paths: readonly string[], context: string | undefined): Promise<Connection> {
  // Heavy: loaded here, so that verbs without a cluster start fast.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  const shown = paths.map(path => printable(path)).join(', ')
  for (const path of paths) {
    const one = new KubeConfig()
    try {
      // An entry that is none is not there: contexts that nobody asks for may name it.
      one.loadFromFile(path, { onInvalidEntry: 'filter' })
    } catch (error) {
      throw unusable(`the kubeconfig is not valid: ${printable(path)}: ${whyInvalid(error)}`)
    }
    // What comes first counts, as in kubectl; every K3s names its cluster, user and context `default`.
    config.clusters.push(...one.clusters.filter(({ name }) => isText(name) && !config.getCluster(name)))
    config.users.push(...one.users.filter(({ name }) => isText(name) && !config.getUser(name)))
    config.contexts.push(...one.contexts.filter(({ name }) => isText(name) && !config.getContextObject(name)))
    if (isText(one.currentContext)) config.currentContext ||= one.currentContext
  }
  if (context) config.setCurrentContext(context)
  const { server, skipTLSVerify, proxyUrl } = config.getCurrentCluster() ?? {}
  if (server && config.getCurrentUser()) {
    const named = address(server, shown)
    // client-node refuses it with the first call, unless a proxy is named, and we would say it of the credentials.
    if (!skipTLSVerify && !proxyUrl && named.startsWith('http:')) throw plain(named, shown)
    return { config, server: named }
  }
  const known = config.getContexts().map(({ name }) => printable(name))
  const wanted = printable(context ?? config.currentContext ?? '')
  throw unusable(`the kubeconfig has no usable context "${wanted}": ${shown}`, [
    `contexts in it: ${known.join(', ') || 'none'}`,
  ])
}

function plain(server: string, shown: string): SealiftError {
  return unusable(`the kubeconfig's server is ${server}, which is not encrypted: ${shown}`, [
    'name its https address; where it is meant, as behind kubectl proxy, set insecure-skip-tls-verify: true on the cluster',
  ])
}

function address(server: string, shown: string): string {
  if (!URL.canParse(server)) throw unusable(`the kubeconfig's server is not a URL: ${shown}`)
  const { origin, pathname } = new URL(server)
  return printable(`${origin}${pathname}`.replace(/\/$/, ''))
}

async function inPod(host: string, port: string): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  const tokenFile = { name: 'tokenFile', config: { tokenFile: `${accountFolder}/token` } }
  config.loadFromClusterAndUser(
    { name: 'in-cluster', server, caFile: `${accountFolder}/ca.crt`, skipTLSVerify: false },
    { name: 'service-account', authProvider: tokenFile },
  )
  return { config, server }
}
