/** Debian's containerd with folders and socket of its own, without Kubernetes, but with its plugin for it, which keeps names of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { aptInstall } from './packages.ts'

/** A running containerd. */
export interface TestContainerd {
  /** Socket path. */
  readonly address: string
  /** A folder that goes with it. */
  readonly dir: string
  /** Names of Kubernetes's images, sorted, without those that the plugin gives them beside their own. */
  names(): Promise<string[]>
  stop(): Promise<void>
}

/** Starts containerd, as root, and waits for its answer. @throws Error with its log's end when it does not start */
export async function startContainerd(): Promise<TestContainerd> {
  await aptInstall(['containerd', 'runc'], () => {})
  // Not /tmp, which may be in memory or an overlay; and short, for the socket's path.
  const dir = await mkdtemp('/var/tmp/sealift-ctr-')
  const address = join(dir, 'containerd.sock')
  await writeFile(join(dir, 'config.toml'), configuration(dir, address))
  const log = await open(join(dir, 'log'), 'w')
  const words = ['--pdeathsig', 'KILL', 'containerd', '--config', join(dir, 'config.toml')]
  const child = spawn('setpriv', words, { stdio: ['ignore', log.fd, log.fd] })
  const ended = once(child, 'exit')
  await log.close()
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
  for (let round = 0; round < 200 && child.exitCode === null; round++) {
    const { failed } = await execa('ctr', ['--address', address, 'version'], { reject: false, timeout: 2000 })
    if (!failed) return { address, dir, names: () => namesAt(address), stop }
    await sleep(100)
  }
  const said = await readFile(join(dir, 'log'), 'utf8')
  await stop()
  throw new Error(`containerd did not start:\n${said.split('\n').slice(-10).join('\n')}`)
}

async function namesAt(address: string): Promise<string[]> {
  const { stdout } = await execa('ctr', ['--address', address, '--namespace', 'k8s.io', 'images', 'ls', '-q'])
  return stdout
    .split('\n')
    .filter(name => name !== '' && !name.startsWith('sha256:'))
    .sort()
}

function configuration(dir: string, address: string): string {
  return `version = 2
root = "${dir}/root"
state = "${dir}/state"

[grpc]
  address = "${address}"

[plugins."io.containerd.grpc.v1.cri"]
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${dir}/cni"
    conf_dir = "${dir}/cni"

[plugins."io.containerd.internal.v1.opt"]
  path = "${dir}/opt"
`
}
