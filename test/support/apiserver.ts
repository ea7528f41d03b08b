/** A Kubernetes API server with its datastore and controllers on loopback: no nodes, up in a few seconds. */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { isWhole } from './certificate.ts'
import { freePort } from './free-port.ts'
import { goTool } from './tools/build.ts'

/** A running API server. */
export interface ApiServer {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string
  /** Path of the kubeconfig of a user without any rights. */
  readonly nobody: string
  stop(): Promise<void>
}

/**
 * Starts kine, kube-apiserver (RBAC, token file) and kube-controller-manager (it finishes deletions).
 * @throws Error with the last lines of a component's log when one does not start
 */
export async function startApiServer(): Promise<ApiServer> {
  const [kine, kube] = [await goTool('kine'), await goTool('kube')]
  const dir = await mkdtemp(join(tmpdir(), 'sealift-api-'))
  const processes: { pid: number; ended: Promise<unknown> }[] = []
  const ended = new Map<string, string>()
  const file = (name: string) => join(dir, name)
  const stop = async () => {
    for (const { pid } of processes) kill(pid)
    await Promise.all(processes.map(({ ended }) => ended))
    await rm(dir, { recursive: true, force: true })
  }
  const start = async (name: string, command: string, args: readonly string[]) => {
    const log = await open(file(`${name}.log`), 'w')
    const words = ['--pdeathsig', 'KILL', command, ...args]
    const child = spawn('setpriv', words, { stdio: ['ignore', log.fd, log.fd] })
    await log.close()
    child.once('exit', (code, signal) => ended.set(name, `it ended with ${code ?? signal}`))
    if (child.pid !== undefined) processes.push({ pid: child.pid, ended: once(child, 'exit') })
  }
  const until = async (name: string, ready: () => Promise<boolean>) => {
    // Long enough for a machine on which clusters start meanwhile, and shorter than a hook may take.
    for (const end = Date.now() + 150_000; Date.now() < end && !ended.has(name); await sleep(125))
      if (await ready().catch(() => false)) return
    const log = await readFile(file(`${name}.log`), 'utf8')
    const last = log.split('\n').slice(-15).join('\n')
    throw new Error(`${name} did not start (${ended.get(name) ?? 'it runs'}):\n${last}`)
  }
  try {
    // kubectl is for tests, which look for it beside the kubeconfig.
    for (const name of ['kube-apiserver', 'kube-controller-manager', 'kubectl'])
      await symlink(kube, file(name))
    const port = await freePort()
    const tokens = { admin: randomBytes(16).toString('hex'), nobody: randomBytes(16).toString('hex') }
    const lines = `${tokens.admin},admin,1,"system:masters"\n${tokens.nobody},nobody,2,\n`
    await writeFile(file('tokens.csv'), lines, { mode: 0o600 })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await writeFile(file('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })

    const database = `sqlite://${file('state.db')}?_journal=WAL&cache=shared&_busy_timeout=30000&_txlock=immediate`
    const store = `unix://${file('kine.sock')}`
    await start('kine', kine, [
      '--endpoint',
      database,
      '--listen-address',
      store,
      '--metrics-bind-address',
      '0',
    ])
    await until('kine', async () => existsSync(file('kine.sock')))
    await start('kube-apiserver', file('kube-apiserver'), [
      `--etcd-servers=${store}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--cert-dir=${file('certificates')}`,
      `--token-auth-file=${file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.43.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('sa.key')}`,
      `--service-account-signing-key-file=${file('sa.key')}`,
    ])
    const certificate = file('certificates/apiserver.crt')
    await until('kube-apiserver', () => isWhole(certificate))
    const ca = await readFile(certificate, 'utf8')
    for (const [user, token] of Object.entries(tokens)) {
      await writeFile(file(`${user}.kubeconfig`), kubeconfig(port, ca, user, token), { mode: 0o600 })
    }
    // Asked by hand: a kubectl for each question takes more of a processor than what is asked about.
    const dispatcher = new Agent({ connect: { ca } })
    const headers = { authorization: `Bearer ${tokens.admin}` }
    const patience = { headersTimeout: 10_000, bodyTimeout: 10_000 }
    const answers = (path: string) => async () => {
      const answer = await request(`https://127.0.0.1:${port}${path}`, { dispatcher, headers, ...patience })
      await answer.body.dump()
      return answer.statusCode === 200
    }
    await until('kube-apiserver', answers('/readyz'))
    await start('kube-controller-manager', file('kube-controller-manager'), [
      `--kubeconfig=${file('admin.kubeconfig')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--controllers=garbagecollector,namespace,serviceaccount,root-ca-certificate-publisher-controller',
      `--service-account-private-key-file=${file('sa.key')}`,
      `--root-ca-file=${certificate}`,
    ])
    const account = '/api/v1/namespaces/default/serviceaccounts/default'
    await until('kube-controller-manager', answers(account))
    await dispatcher.close()
    return { kubeconfig: file('admin.kubeconfig'), nobody: file('nobody.kubeconfig'), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

function kubeconfig(port: number, ca: string, user: string, token: string): string {
  const authority = Buffer.from(ca).toString('base64')
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': authority }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  })
}
