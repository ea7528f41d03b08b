/**
 * PostgreSQL 17, its server and its own tools, beside the 15 of Debian 12: the packages of a newer Debian, unpacked into a folder
 * with the libraries that they need and run by the C library in it. Nothing is installed, and apt's own lists stay as they are.
 */

import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheDir } from './tools/build.ts'

const suite = 'trixie'
const major = 17
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** As root the server runs as Debian's user, who may not look below root's home. */
const home = process.getuid?.() === 0 ? '/var/cache/sealift-test' : cacheDir
const root = join(home, `postgresql-${major}`)
const programs = join(root, 'usr', 'lib', 'postgresql', String(major), 'bin')

/** Libraries by their packages' names; those of Perl, LLVM and pam's modules are loaded by nothing that the tests do. */
const isNeeded = (name: string) =>
  /^(lib|zlib1g$|postgresql-(client-)?\d+$)/.test(name) &&
  !/perl|llvm|z3|debconf|-common$|-modules|-bin$|-l10n$/.test(name)

/** Whether {@link newerPostgres} has been unpacked. */
export const hasNewerPostgres = (): boolean => existsSync(programs)

/**
 * The folder of its programs; downloads some 40 MB of Debian's packages unless it is there, which takes about ten seconds.
 * @throws ExecaError when apt has no such packages
 */
export async function newerPostgres(): Promise<string> {
  if (hasNewerPostgres()) return programs
  const making = `${root}.${process.pid}`
  await mkdir(making, { recursive: true })
  try {
    await unpack(making)
    await wrap(making)
    // Another process may have been as quick.
    await rename(making, root).catch(error => {
      if (!hasNewerPostgres()) throw error
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
  return programs
}

async function unpack(folder: string): Promise<void> {
  const apt = join(folder, 'apt')
  for (const name of ['lists/partial', 'cache/archives/partial', 'debs'])
    await mkdir(join(apt, name), { recursive: true })
  const sources = join(apt, 'sources.list')
  await writeFile(sources, `deb [signed-by=${keyring}] ${await archive()} ${suite} main\n`)
  await writeFile(join(apt, 'status'), '')
  const options = [
    ...[
      `Dir::Etc::sourcelist=${sources}`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::status=${join(apt, 'status')}`,
    ],
    ...[
      `Dir::State::lists=${join(apt, 'lists')}`,
      `Dir::Cache=${join(apt, 'cache')}`,
      'Acquire::Languages=none',
    ],
    ...['APT::Install-Recommends=0', 'APT::Sandbox::User=root'],
  ].flatMap(option => ['-o', option])
  const debs = join(apt, 'debs')
  const run = async (...words: string[]) =>
    (await execa('apt-get', [...options, ...words], { cwd: debs })).stdout
  await run('update')
  const wanted = [`postgresql-${major}`, `postgresql-client-${major}`]
  const simulated = await run('--simulate', 'install', ...wanted)
  const names = [...simulated.matchAll(/^Inst (\S+)/gm)].flatMap(([, name = '']) =>
    isNeeded(name) ? [name] : [],
  )
  await run('download', ...names)
  for (const deb of await readdir(debs)) await execa('dpkg-deb', ['-x', join(debs, deb), folder])
  await rm(apt, { recursive: true })
}

/** Where this machine's apt gets Debian from. */
async function archive(): Promise<string> {
  const ask = async () => {
    const words = [
      'indextargets',
      '--format',
      '$(REPO_URI) $(COMPONENT)',
      'Created-By: Packages',
      'Origin: Debian',
    ]
    const { stdout } = await execa('apt-get', words)
    return stdout
      .split('\n')
      .find(line => line.endsWith(' main') && !line.includes('-security'))
      ?.split(' ')[0]
  }
  const found = await ask()
  if (found !== undefined) return found
  // A machine from an image often has no package lists.
  await execa('apt-get', ['update'])
  const again = await ask()
  if (again === undefined) throw new Error('apt has no sources of Debian on this machine')
  return again
}

/** Puts in the place of each program a script of its name that runs it by the C library it was made for. */
async function wrap(folder: string): Promise<void> {
  const [library = ''] = await readdir(join(folder, 'usr', 'lib')).then(names =>
    names.filter(name => name.endsWith('-linux-gnu')),
  )
  const [loader = ''] = (await readdir(join(folder, 'usr', 'lib', library))).filter(name =>
    /^ld-linux.*\.so/.test(name),
  )
  const libraries = join(root, 'usr', 'lib', library)
  const bin = programs.replace(root, folder)
  for (const name of await readdir(bin)) {
    await mkdir(join(bin, '..', 'elf'), { recursive: true })
    await rename(join(bin, name), join(bin, '..', 'elf', name))
    // The server finds its other files from the name that it is called by.
    const words = [join(libraries, loader), '--library-path', libraries, '--argv0', join(programs, name)]
    const script = `#!/bin/sh\nexec ${words.join(' ')} ${join(programs, '..', 'elf', name)} "$@"\n`
    await writeFile(join(bin, name), script)
    await chmod(join(bin, name), 0o755)
  }
}
