/** Runs an image's program without a container runtime: unpacked, in a chroot with a mount namespace of its own. */
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Image } from './image.ts'

/** A program out of an image, running. */
export interface RunningImage {
  /** What it wrote to standard output and error so far. */
  output(): string
  stop(): Promise<void>
}

/**
 * Unpacks an image and starts its entrypoint with `args` and `env`, as the user its config names, and with
 * `volume` as a writable folder. It shares the machine's network. Needs root.
 */
export async function runImage(
  image: Image,
  options: {
    readonly args?: readonly string[]
    readonly env?: Readonly<Record<string, string>>
    readonly volume?: string
  } = {},
): Promise<RunningImage> {
  const [configBlob, ...layers] = image.blobs
  if (!configBlob) throw new Error('not an image')
  const { config } = JSON.parse(await readFile(configBlob.path, 'utf8')) as {
    config: { Entrypoint: string[]; Env: string[]; User: string }
  }
  const root = await mkdtemp(join(tmpdir(), 'sealift-root-'))
  await chmod(root, 0o755)
  for (const { path } of layers) await execa('tar', ['-xzf', path, '-C', root])
  for (const dir of ['proc', 'dev']) await mkdir(join(root, dir))
  const user = Number(config.User.split(':')[0])
  if (options.volume) {
    await mkdir(join(root, options.volume), { recursive: true })
    await chown(join(root, options.volume), user, user)
  }
  const script =
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && root=$1 user=$2 && shift 2 && ' +
    'exec /usr/sbin/chroot --userspec="$user:$user" "$root" "$@"'
  const command = [...config.Entrypoint, ...(options.args ?? [])]
  const child = execa('unshare', ['--mount', 'sh', '-c', script, 'sh', root, String(user), ...command], {
    env: { ...Object.fromEntries(config.Env.map(entry => entry.split(/=(.*)/s))), ...options.env },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', data => (output += data))
  return {
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      await child
      await rm(root, { recursive: true, force: true })
    },
  }
}
