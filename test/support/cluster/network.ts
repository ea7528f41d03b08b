/**
 * The cluster's network namespace: one veth pair to this machine and a default route to its end, and nothing
 * passes on from there. The host may open connections into it; it may open none to anywhere.
 */
import { writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import type { Slot } from './slot.ts'

/** What the host refuses: new connections to itself, and passing anything on in either direction. */
function hostRules(slot: Slot): string[][] {
  const comment = ['-m', 'comment', '--comment', slot.netns]
  return [
    ['INPUT', '-i', slot.hostLink, '-m', 'conntrack', '--ctstate', 'NEW', ...comment, '-j', 'DROP'],
    ['FORWARD', '-i', slot.hostLink, ...comment, '-j', 'DROP'],
    ['FORWARD', '-o', slot.hostLink, ...comment, '-j', 'DROP'],
  ]
}

/** Command words that run what follows in the namespace. Not `ip netns exec`: that hides the cgroup mounts. */
export function enter(netns: string): [string, string] {
  return ['nsenter', `--net=/run/netns/${netns}`]
}

/** Makes the namespace, closed before it is connected. */
export async function makeNetwork(slot: Slot): Promise<void> {
  const { netns, hostLink } = slot
  const [nsenter, into] = enter(netns)
  for (const rule of hostRules(slot)) await execa('iptables', ['-w', '-I', ...rule])
  await execa('ip', ['netns', 'add', netns])
  await execa('ip', ['link', 'add', hostLink, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns])
  // No IPv6, or each end would have a link-local address that no rule above knows.
  await writeFile(`/proc/sys/net/ipv6/conf/${hostLink}/disable_ipv6`, '1').catch(() => {})
  await writeFile(`/proc/sys/net/ipv4/conf/${hostLink}/forwarding`, '0')
  await execa('ip', ['address', 'add', `${slot.hostIp}/30`, 'dev', hostLink])
  await execa('ip', ['link', 'set', hostLink, 'up'])
  const ipv6 = 'echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6'
  await execa(nsenter, [into, 'sh', '-c', ipv6], { reject: false })
  for (const args of [
    ['link', 'set', 'lo', 'up'],
    ['address', 'add', `${slot.nodeIp}/30`, 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'up'],
    ['route', 'add', 'default', 'via', slot.hostIp],
  ])
    await execa(nsenter, [into, 'ip', ...args])
}

/**
 * Makes the namespace of a second node, which sees the first one and through it what that one sees: nothing outside.
 * The first passes on what is for pods of the other.
 */
export async function makeSecondNetwork(first: Slot, second: Slot): Promise<void> {
  const { netns, hostLink, hostIp, nodeIp, podCidr } = second
  const within = (slot: Slot, ...args: string[]) => {
    const [nsenter, into] = enter(slot.netns)
    return execa(nsenter, [into, ...args])
  }
  await execa('ip', ['netns', 'add', netns])
  await within(first, 'ip', 'link', 'add', hostLink, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns)
  await within(first, 'ip', 'address', 'add', `${hostIp}/30`, 'dev', hostLink)
  await within(first, 'ip', 'link', 'set', hostLink, 'up')
  for (const args of [
    ['link', 'set', 'lo', 'up'],
    ['address', 'add', `${nodeIp}/30`, 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'up'],
    ['route', 'add', 'default', 'via', hostIp],
  ])
    await within(second, 'ip', ...args)
  await within(first, 'ip', 'route', 'add', podCidr, 'via', nodeIp)
  for (const slot of [first, second]) await within(slot, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
}

/** Removes the namespace, the veth pair with it, and the host's rules; does nothing where they are gone. */
export async function removeNetwork(slot: Slot): Promise<void> {
  await execa('ip', ['netns', 'delete', slot.netns], { reject: false })
  // The namespace goes once its last user is gone, a moment later than its name; its end of the pair likewise.
  await execa('ip', ['link', 'delete', slot.hostLink], { reject: false })
  for (const rule of hostRules(slot)) {
    while (!(await execa('iptables', ['-w', '-D', ...rule], { reject: false })).failed);
  }
}
