/**
 * Compiles the public Go programs that the tests need (Kubernetes, ESO, a registry, …) and keeps each
 * binary outside the checkout under the hash of all that went into it, so that it is compiled once.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/** How to compile one tool: the Go package (default: the folder's own main.go) and linker settings. */
interface Recipe {
  /** Of several, one is called as the tool is; the others lie beside it under names of their own. */
  readonly package?: string | readonly string[]
  /** `-X` settings, `import/path.name=value`. */
  readonly set?: readonly string[]
}

/** The containerd of K3s 1.36.3. */
export const containerdVersion = '2.3.2'

const recipes: Readonly<Record<Tool, Recipe>> = {
  kube: { set: ['k8s.io/component-base/version.gitVersion=v1.35.4'] },
  kine: { package: 'github.com/k3s-io/kine' },
  coredns: {},
  pause: {},
  eso: { package: 'github.com/external-secrets/external-secrets' },
  // What a site has before it is upgraded to the other.
  'eso-older': { package: 'github.com/external-secrets/external-secrets' },
  helm: {
    package: 'helm.sh/helm/v4/cmd/helm',
    set: ['helm.sh/helm/v4/internal/version.version=v4.3.1'],
  },
  registry: {
    package: 'github.com/distribution/distribution/v3/cmd/registry',
    set: ['github.com/distribution/distribution/v3/version.version=v3.1.2'],
  },
  containerd: {
    package: ['containerd', 'ctr', 'containerd-shim-runc-v2'].map(
      name => `github.com/containerd/containerd/v2/cmd/${name}`,
    ),
    set: [`github.com/containerd/containerd/v2/version.Version=${containerdVersion}`],
  },
  crane: { package: 'github.com/google/go-containerregistry/cmd/crane' },
  oras: { package: 'oras.land/oras/cmd/oras' },
  cosign: { package: 'github.com/sigstore/cosign/v3/cmd/cosign' },
  // Beside it lies the program that makes keys for it.
  age: { package: ['age', 'age-keygen'].map(name => `filippo.io/age/cmd/${name}`) },
  sops: { package: 'github.com/getsops/sops/v3/cmd/sops' },
  promlint: {},
}

// Seconds on 2 cores, one after the other from an empty cache: what comes early compiles for those that come later.
const cold = {
  pause: 10,
  registry: 180,
  helm: 240,
  kine: 150,
  coredns: 100,
  eso: 610,
  'eso-older': 130,
  kube: 630,
  containerd: 75,
  crane: 10,
  oras: 15,
  cosign: 275,
  age: 10,
  sops: 240,
  promlint: 20,
}

/** A tool that {@link goTool} can compile. */
export type Tool = keyof typeof cold

/** Where compiled tools, images and downloads are kept between runs: outside any checkout. */
export const cacheDir = process.env['SEALIFT_TEST_CACHE'] ?? join(homedir(), '.cache', 'sealift-test')

const toolsDir = import.meta.dirname

async function fingerprint(name: Tool): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipes[name]))
  const files = (await readdir(join(toolsDir, name))).filter(file => /\.(mod|sum|go)$/.test(file)).sort()
  for (const file of files) hash.update(file).update(await readFile(join(toolsDir, name, file)))
  return hash.digest('hex').slice(0, 16)
}

/** The path a tool has, or will have once compiled. */
export async function toolPath(name: Tool): Promise<string> {
  return join(cacheDir, 'tools', `${name}-${await fingerprint(name)}`, name)
}

/** Tools among `names` that are not compiled yet, each with its cold compile time in seconds. */
export async function missingTools(names: readonly Tool[]): Promise<{ name: Tool; seconds: number }[]> {
  const paths = await Promise.all(names.map(toolPath))
  return names.flatMap((name, i) => (existsSync(paths[i] ?? '') ? [] : [{ name, seconds: cold[name] }]))
}

/**
 * Compiles one tool, statically, unless the cache has it, and gives its path.
 * @throws Error with the compiler's last lines when it does not compile.
 */
export async function goTool(name: Tool): Promise<string> {
  const path = await toolPath(name)
  if (existsSync(path)) return path
  const recipe = recipes[name]
  const building = `${path}.${process.pid}`
  await mkdir(building, { recursive: true })
  const packages = typeof recipe.package === 'object' ? recipe.package : [recipe.package ?? '.']
  const output = packages.length > 1 ? `${building}/` : join(building, name)
  const ldflags = ['-s', '-w', ...(recipe.set ?? []).map(setting => `-X ${setting}`)].join(' ')
  // No debugger's data, which the linker drops, and memory for time: a third less of it on 2 cores.
  const quick = ['-gcflags=all=-dwarf=false', '-trimpath']
  const args = ['build', ...quick, '-ldflags', ldflags, '-o', output, ...packages]
  const env = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOGC: '400', GOMEMLIMIT: '1GiB' }
  const { failed, stderr } = await execa('go', args, { cwd: join(toolsDir, name), env, reject: false })
  if (failed) {
    await rm(building, { recursive: true })
    throw new Error(`compiling ${name} failed:\n${stderr.split('\n').slice(-15).join('\n')}`)
  }
  const files = await readdir(building)
  // What the tool is told by comes last: where it is, all is.
  for (const file of [...files.filter(one => one !== name), name])
    await rename(join(building, file), join(dirname(path), file))
  await rm(building, { recursive: true })
  return path
}
