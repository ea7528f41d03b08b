/** A containerd with folders and socket of its own, without Kubernetes, but with its plugin for it, which keeps names of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { chosenContainerd, containerdConfiguration, containerdPrograms } from './containerd-release.ts'
import { aptInstall } from './packages.ts'

/** A running containerd; `createRuntime` takes it as it is. */
export interface TestContainerd {
  /** Socket path. */
  readonly address: string
  /** The word of its own `ctr`. */
  readonly ctr: readonly [string]
  /** A folder that goes with it. */
  readonly dir: string
  /** Runs its `ctr` where Kubernetes's images are, and gives its stdout. @throws ExecaError when it fails */
  run(...words: string[]): Promise<string>
  /** Names of Kubernetes's images, sorted, without those that the plugin gives them beside their own. */
  names(): Promise<string[]>
  stop(): Promise<void>
}

/** Starts containerd, as root, and waits for its answer. @throws Error with its log's end when it does not start */
export async function startContainerd(major = chosenContainerd()): Promise<TestContainerd> {
  await aptInstall(major === 1 ? ['containerd', 'runc'] : ['runc'], () => {})
  const programs = await containerdPrograms(major)
  // Not /tmp, which may be in memory or an overlay; and short, for the socket's path.
  const dir = await mkdtemp('/var/tmp/sealift-ctr-')
  const address = join(dir, 'containerd.sock')
  // No pod is ever made, so neither what is named here has to be there.
  const settings = { dir, address, cniPlugins: join(dir, 'cni'), pauseImage: 'docker.io/sealift-test/none:1' }
  await writeFile(join(dir, 'config.toml'), containerdConfiguration(major, settings))
  const log = await open(join(dir, 'log'), 'w')
  const words = ['--pdeathsig', 'KILL', programs.containerd, '--config', join(dir, 'config.toml')]
  const env = { ...process.env, ...programs.env }
  const child = spawn('setpriv', words, { stdio: ['ignore', log.fd, log.fd], env })
  const ended = once(child, 'exit')
  await log.close()
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dir, { recursive: true, force: true })
  }
  const ctr = [programs.ctr] as const
  const ask = (words: readonly string[], options = {}) =>
    execa(programs.ctr, ['--address', address, '--namespace', 'k8s.io', ...words], options)
  const run = async (...words: string[]) => String((await ask(words)).stdout)
  for (let round = 0; round < 200 && child.exitCode === null; round++) {
    const { failed } = await ask(['version'], { reject: false, timeout: 2000 })
    if (!failed)
      return { address, ctr, dir, run, names: async () => namesIn(await run('images', 'ls', '-q')), stop }
    await sleep(100)
  }
  const said = await readFile(join(dir, 'log'), 'utf8')
  await stop()
  throw new Error(`containerd did not start:\n${said.split('\n').slice(-10).join('\n')}`)
}

function namesIn(list: string): string[] {
  return list
    .split('\n')
    .filter(name => name !== '' && !name.startsWith('sha256:'))
    .sort()
}
