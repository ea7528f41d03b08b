/** A program that begins a cluster, prints its slot as JSON, and waits to be killed. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { cgroupPids, makeCgroup } from '../../support/cluster/cgroup.ts'
import { Components } from '../../support/cluster/component.ts'
import { makeNetwork } from '../../support/cluster/network.ts'
import { claimSlot } from '../../support/cluster/slot.ts'

const slot = await claimSlot()
await makeCgroup(slot.netns)
await makeNetwork(slot)
await mkdir(join(slot.dir, 'mount'))
await execa('mount', ['-t', 'tmpfs', 'tmpfs', join(slot.dir, 'mount')])
// The shell ends with this process; what it leaves behind, in a session of its own, does not.
await new Components(slot).start('shell', 'sh', ['-c', 'setsid sleep 600 & exit'])
while ((await cgroupPids(slot.netns)).length !== 1) await sleep(50)
console.log(JSON.stringify(slot))
await sleep(600_000)
