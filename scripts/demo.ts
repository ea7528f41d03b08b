/**
 * `npm run demo`: the whole road on this machine. Builds a bundle from a registry, carries it to a cluster that
 * has no way out, installs it there, and shows a secret travelling from Infisical to a Kubernetes Secret.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { bytes } from '../src/kernel/errors/index.ts'
import { startCluster, stopLeftovers } from '../test/support/cluster/index.ts'
import { startConnectedSide } from '../test/support/connected/index.ts'
import { testExecutable } from '../test/support/executable.ts'
import { type RunOptions, sealift, sealiftJson, startSite } from '../test/support/road.ts'
import { prepareMachine } from '../test/support/setup.ts'
import { makeKey } from '../test/support/signing.ts'

const root = join(import.meta.dirname, '..')
const say = (line: string) => process.stdout.write(`${line}\n`)
const chapter = (title: string) => say(`\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`)
const closing: (() => Promise<unknown>)[] = []
const interrupted = new AbortController()
// Not `once`: execa's own clean-up ends this process at once when it finds that nobody else listens.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)))

/** Runs the CLI as a user would, shows what it says, and stops the demo when it fails. */
async function run(args: readonly string[], options: RunOptions = {}): Promise<string> {
  say(
    `\n$ ${options.inside ? './' : ''}sealift ${args.join(' ')}${options.inside ? '      # on the node, which reaches nothing else' : ''}`,
  )
  const { exitCode, stdout } = await sealift(args, { show: true, signal: interrupted.signal, ...options })
  say(stdout)
  if (exitCode !== 0) throw new Error(`sealift ${args[0]} ended with exit code ${exitCode}`)
  return stdout
}

async function demo(): Promise<void> {
  const started = Date.now()
  say(
    'Sealift, demonstrated for real: a registry, a disconnected Kubernetes, PostgreSQL, External Secrets Operator and helm.',
  )
  say(
    "Two things are stand-ins, for their images cannot be had from package registries: Infisical's server (held to a",
  )
  say(
    'recording of a real one by tests) and Dragonfly (a real Redis). Neither is in a bundle made from bundles/infisical.',
  )
  await prepareMachine('demo', say)
  await execa('node', ['scripts/build.ts'], { cwd: root, preferLocal: true })
  const work = await mkdtemp(join(tmpdir(), 'sealift-demo-'))
  closing.push(() => rm(work, { recursive: true, force: true }))
  const spec = join(work, 'sandbox')
  await cp(join(root, 'bundles', 'sandbox'), spec, { recursive: true })

  chapter('The connected host: lock and build')
  const connected = await startConnectedSide(say)
  closing.push(() => connected.stop())
  const registries = ['--registries', connected.registriesFile]
  say(`\n$ sealift keys new ${join(work, 'release')}      # its passphrase comes from the environment`)
  const key = await makeKey(join(work, 'release'))
  // The cluster starts while the bundle is built; what it has to say comes in its own chapter.
  const heard: string[] = []
  const log = (line: string) => heard.push(line)
  const starting = startCluster({ log }).then(cluster =>
    startSite(cluster, connected.archives, log, { keys: [key.publicKey] }),
  )
  const ended = starting.catch(() => undefined)
  closing.push(async () => (await ended)?.stop())
  say(
    '\nThe lock of bundles/sandbox was made on another machine, whose compiler gave other bytes: what moved is told.',
  )
  await run(['lock', spec, ...registries])
  const carrying = ['--key', key.path, '--carrier', '--executable', await testExecutable()]
  await run(['build', spec, '--output', join(root, 'out'), ...carrying, ...registries], { env: key.env })
  const built = await sealiftJson<{ path: string; size: number; digest: string }>([
    'build',
    spec,
    '--output',
    join(work, 'again'),
    ...registries,
  ])
  await execa('cmp', [built.json.path, join(root, 'out', basename(built.json.path))])
  say('Built a second time from the same lock: the same file, byte for byte.')
  const bundle = join(root, 'out', basename(built.json.path))
  const publicKey = join(root, 'out', 'release.pub')
  await writeFile(publicKey, key.publicKey)

  chapter('The site: a cluster without a route out')
  const site = await starting
  for (const line of heard) say(line)
  await connected.stop()
  say('The registry is switched off now. What follows runs inside the network namespace of the cluster.')
  const carrier = bundle.replace(/\.tar$/, '-carrier')
  await cp(carrier, site.dir, { recursive: true })
  say(
    `All of it runs from a copy of the folder that was carried, whose guide's first line checks it:\n$ cd ${site.dir}`,
  )
  const [line = ''] = (await readFile(join(site.dir, 'GUIDE.txt'), 'utf8')).split('\n')
  say(`$ ${line}\n${(await execa('sh', ['-c', line], { cwd: site.dir })).stdout}`)
  say(
    `The site file names the key that a bundle must be signed with; an unsigned one is refused:\n${key.publicKey}`,
  )
  const inside: RunOptions = { inside: site.cluster, cwd: site.dir, program: join(site.dir, 'sealift') }
  const outside = ['2', 'bash', '-c', 'exec 3<>/dev/tcp/192.0.2.1/443']
  const { exitCode } = await site.cluster.exec('timeout', outside, { reject: false })
  if (exitCode === 0) throw new Error('the node has a way out')
  say(`$ timeout ${outside.join(' ')}      # on the node, to an address that is not the cluster's`)
  say(`exit ${exitCode}: nothing is reached`)

  chapter('Look, and plan')
  await run(['preflight', basename(bundle), '-c', 'site.yaml'], inside)
  await run(['plan', basename(bundle), '-c', 'site.yaml', '-o', 'change.plan.yaml'], inside)
  chapter('Install')
  const installed = await run(
    ['install', basename(bundle), '-c', 'site.yaml', '--plan', 'change.plan.yaml'],
    inside,
  )
  const receipt = join(root, 'out', 'receipt.html')
  await run(['receipt', '-c', 'site.yaml', '-o', receipt], inside)
  chapter('Check')
  await run(['check', '-c', 'site.yaml', '--window', '3'], inside)

  chapter('Look at')
  say(`the bundle     ${bundle}`)
  say(`               ${bytes(built.json.size)}, ${built.json.digest}`)
  say(
    `               try: skopeo inspect oci-archive:${bundle}:docker.io/sealift-sandbox/external-secrets:v0.20.4`,
  )
  say(`               try: ${carrier}/sealift verify ${bundle} --key ${publicKey}`)
  say(`               try: ${carrier}/sealift images ${bundle} --why`)
  say(`the secret     ${/arrived after .*/.exec(installed)?.[0] ?? ''}`)
  say(`the receipt    ${receipt}: the page for a change ticket`)
  say('the budget     the table above: what is requested, what kubelet measured, a verdict on each')
  say(
    '               (the stand-in uses far less memory than a real Infisical: 524 MiB at rest, up to 691 under load)',
  )
  say('the spec       bundles/sandbox/bundle.yaml, and bundles/infisical/bundle.yaml for the real upstream')
  say(
    `Took ${Math.round((Date.now() - started) / 1000)} s. The cluster is being taken down; nothing of it stays.`,
  )
}

try {
  await demo()
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1
  say(
    interrupted.signal.aborted
      ? '\nThe demo was interrupted.'
      : `\nThe demo stopped: ${error instanceof Error ? error.message : error}`,
  )
} finally {
  for (const close of closing.reverse()) await close().catch(error => say(`cleaning up: ${error}`))
  await stopLeftovers(say)
}
