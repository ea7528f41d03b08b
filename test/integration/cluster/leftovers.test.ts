import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { cgroupPids } from '../../support/cluster/cgroup.ts'
import { clusterPackages, stopLeftovers } from '../../support/cluster/index.ts'
import type { Slot } from '../../support/cluster/slot.ts'
import { aptInstall } from '../../support/packages.ts'

beforeAll(() => aptInstall(clusterPackages, line => console.error(line)))

test('what a killed run left is ended and removed, and nothing of a run that lives', async () => {
  const [living, killed] = [await startHalf(), await startHalf()]
  try {
    expect(await cgroupPids(killed.slot.netns)).toHaveLength(1)
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    await stopLeftovers()

    expect(await traces(killed.slot)).toEqual({ folder: false, processes: 0, mounted: false, link: false })
    expect(await traces(living.slot)).toEqual({ folder: true, processes: 1, mounted: true, link: true })
  } finally {
    living.child.kill('SIGKILL')
    await once(living.child, 'exit')
    await stopLeftovers()
  }
  expect(await traces(living.slot)).toEqual({ folder: false, processes: 0, mounted: false, link: false })
})

/** A run that got as far as its namespace, a mount and a process that outlives it, as containerd's shims do. */
async function startHalf() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'half-started.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { child, slot: JSON.parse(String(line)) as Slot }
}

async function traces(slot: Slot) {
  return {
    folder: existsSync(slot.dir),
    processes: (await cgroupPids(slot.netns)).length,
    mounted: (await readFile('/proc/self/mountinfo', 'utf8')).includes(`${slot.dir}/`),
    link: (await execa('ip', ['link', 'show', slot.hostLink], { reject: false })).exitCode === 0,
  }
}
