/** Debian packages that tests need: which are missing, and installing them without starting a service. */
import { rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'

const policyFile = '/usr/sbin/policy-rc.d'

/** The Debian packages among `packages` that are not installed. */
export async function missing(packages: readonly string[]): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are dpkg's own placeholders
  const format = '${Package} ${db:Status-Status}\n'
  const { stdout } = await execa('dpkg-query', ['-W', '-f', format, ...packages], { reject: false })
  const installed = new Set(
    stdout.split('\n').flatMap(line => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])),
  )
  return packages.filter(name => !installed.has(name))
}

/**
 * Installs what is missing of `packages` with apt. Needs root. No service is started by it: invoke-rc.d asks
 * policy-rc.d, and 101 means "not allowed".
 * @throws ExecaError when apt cannot find or install one of them.
 */
export async function aptInstall(packages: readonly string[], log: (line: string) => void): Promise<void> {
  const wanted = await missing(packages)
  if (wanted.length === 0) return
  log(`installing Debian packages: ${wanted.join(' ')}`)
  const removePolicy = await forbidServices()
  try {
    const known = await apt(['--simulate', 'install', ...wanted])
    // A machine from an image often has no package lists, or lists older than what the mirror still has.
    if (known.failed || (await apt(['install', ...wanted])).failed) {
      await apt(['update'], true)
      await apt(['install', ...wanted], true)
    }
  } finally {
    await removePolicy()
  }
}

async function apt(args: readonly string[], reject = false): Promise<{ failed: boolean }> {
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600']
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  return execa('apt-get', [...options, ...args], { env, reject, stdin: 'ignore' })
}

/** Leaves a policy that is there already as it is; takes away only one that it made. */
async function forbidServices(): Promise<() => Promise<void>> {
  try {
    await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return async () => {}
    throw error
  }
  return () => rm(policyFile, { force: true })
}
