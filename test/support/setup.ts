/**
 * Everything that has to be on a machine before the demo or the tests run: says first what is missing and
 * how long it will take, then installs and compiles it, once.
 */
import { browserPackages } from './browser-packages.ts'
import { definitions } from './cloudnativepg/definitions.ts'
import { clusterPackages } from './cluster/index.ts'
import { connectedPackages } from './connected/index.ts'
import { chosenContainerd } from './containerd-release.ts'
import { testExecutable } from './executable.ts'
import { hasNewerPostgres, newerPostgres } from './newer-postgres.ts'
import { aptInstall, missing } from './packages.ts'
import { servicePackages } from './services.ts'
import { shellPackages } from './shells.ts'
import { cacheDir, goTool, missingTools, type Tool } from './tools/build.ts'

const all = [...new Set([...clusterPackages, ...connectedPackages, ...servicePackages])]
const benchPackages = ['containerd', 'runc', 'iproute2', 'openssl', 'skopeo', 'time', 'util-linux']
const demoTools = ['pause', 'registry', 'helm', 'kine', 'coredns', 'eso', 'kube'] as const satisfies Tool[]
const containerd: Tool[] = chosenContainerd() === 1 ? [] : ['containerd']
const needs = {
  demo: { tools: [...demoTools, ...containerd], packages: all },
  // The contract of loading runs on both containerds.
  test: {
    tools: [...demoTools, 'eso-older', 'containerd', 'crane', 'oras', 'cosign', 'age', 'sops', 'promlint'],
    // What `ci workflow` writes wants curl and jq; XML that we write is read by Python's own parser; clocks are set wrong.
    packages: [
      ...new Set([
        'containerd',
        'curl',
        'jq',
        'libfaketime',
        'python3',
        ...browserPackages,
        ...shellPackages,
        ...all,
      ]),
    ],
  },
  bench: { tools: ['registry', 'helm', 'crane', 'kine', 'kube'], packages: benchPackages },
} as const satisfies Record<string, { tools: Tool[]; packages: readonly string[] }>

/** Where lines of talk go. */
export type Log = (line: string) => void

/**
 * Makes the machine ready for the demo, the tests or the measurements. Needs root, apt and Go.
 * @throws Error that says what could not be installed or compiled.
 */
export async function prepareMachine(purpose: keyof typeof needs, log: Log): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('this needs root: it makes network namespaces and containers')
  await testExecutable(() => log('making Sealift as one executable, once for these sources (about 15 s) …'))
  const { packages } = needs[purpose]
  const tools = await missingTools(needs[purpose].tools)
  const debs = await missing(packages)
  const newer = purpose === 'test' && !hasNewerPostgres()
  // Downloaded here and not by the first test that reads them, which has no time for a slow network.
  if (purpose === 'test') await definitions()
  if (debs.length === 0 && tools.length === 0 && !newer) return
  const minutes = Math.ceil((tools.reduce((sum, { seconds }) => sum + seconds, 0) + debs.length * 4) / 60)
  log('Before the first run on this machine, this will be installed:')
  if (debs.length > 0) log(`  Debian packages, no service is started: ${debs.join(' ')}`)
  if (newer) log('  PostgreSQL 17, 40 MB of Debian’s packages, into a folder of its own (about 20 s)')
  for (const { name, seconds } of tools)
    log(`  ${name}, compiled from its Go module (about ${duration(seconds)} on 2 cores)`)
  log(`  compiled programs are kept in ${cacheDir}; the whole takes about ${minutes} minutes, once`)
  await aptInstall(packages, log)
  if (newer) await newerPostgres()
  for (const { name, seconds } of tools) await compile(name, seconds, log)
}

async function compile(name: Tool, seconds: number, log: Log): Promise<void> {
  const started = Date.now()
  const passed = () => Math.round((Date.now() - started) / 1000)
  log(`compiling ${name} …`)
  const ticking = setInterval(
    () => log(`  ${name}: ${duration(passed())} of about ${duration(seconds)}`),
    20_000,
  )
  try {
    await goTool(name)
  } finally {
    clearInterval(ticking)
  }
  log(`compiled ${name} in ${duration(passed())}`)
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
