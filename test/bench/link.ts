/**
 * A link of 200 Mbit/s and 40 ms to the registry: a network namespace whose one way out is a veth pair with netem on
 * it or, where the kernel has no netem, a proxy of ours that does the same in user space.
 */
import { join } from 'node:path'
import { execa } from 'execa'
import type { Words } from './measure.ts'
import { startProxy } from './proxy.ts'
import { writeRegistries } from './spec.ts'

/** 200 Mbit/s, 40 ms. */
export const shape = { rate: 200e6, delay: 40 } as const

/** A way to the registry. */
export interface Link {
  /** `ADDRESS:PORT` of the registry as seen through the link. */
  readonly host: string
  /** A registries.yaml with it. */
  readonly registries: string
  /** Words before a command that make it run at the link's far end. */
  readonly inside: Words
  /** How it is made, for people. */
  readonly how: string
}

const netns = `sealift-bench-${process.pid}`
const hostLink = `slbench${process.pid % 1e7}`
const [hostIp, farIp] = ['10.98.0.1', '10.98.0.2']

/** Makes the link; `closing` gets what takes it down again. */
export async function makeLink(
  registry: string,
  dir: string,
  closing: (() => Promise<unknown>)[],
): Promise<Link> {
  const refused = await makeNamespace(closing)
  const proxy = refused ? await startProxy(registry, '127.0.0.1', shape) : await startProxy(registry, hostIp)
  closing.push(() => proxy.stop())
  const registries = await writeRegistries(join(dir, 'registries-link.yaml'), proxy.host)
  const how = refused
    ? `a proxy of ours in user space: one token bucket of 200 Mbit/s, 40 ms to open a connection and for every byte, slow start, no loss (netem: ${refused})`
    : 'tc netem (delay 40ms rate 200mbit) on a veth pair into a network namespace'
  return {
    host: proxy.host,
    registries,
    inside: refused ? [] : ['nsenter', `--net=/run/netns/${netns}`],
    how,
  }
}

/** Makes the namespace and its pair. Gives why it cannot be had, and leaves nothing then. */
async function makeNamespace(closing: (() => Promise<unknown>)[]): Promise<string | undefined> {
  const remove = async () => {
    await execa('ip', ['netns', 'delete', netns], { reject: false })
    await execa('ip', ['link', 'delete', hostLink], { reject: false })
  }
  closing.push(remove)
  const far = ['netns', 'exec', netns, 'ip']
  const steps: Words[] = [
    ['ip', 'netns', 'add', netns],
    ['ip', 'link', 'add', hostLink, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns],
    ['tc', 'qdisc', 'add', 'dev', hostLink, 'root', 'netem', 'delay', `${shape.delay}ms`, 'rate', '200mbit'],
    ['ip', 'address', 'add', `${hostIp}/30`, 'dev', hostLink],
    ['ip', 'link', 'set', hostLink, 'up'],
    ['ip', ...far, 'address', 'add', `${farIp}/30`, 'dev', 'eth0'],
    ['ip', ...far, 'link', 'set', 'eth0', 'up'],
    ['ip', ...far, 'link', 'set', 'lo', 'up'],
  ]
  for (const [command = '', ...args] of steps) {
    const { failed, stderr } = await execa(command, args, { reject: false })
    if (!failed) continue
    await remove()
    return `${command} ${args[0]}: ${stderr.split('\n')[0]}`
  }
  return undefined
}

/** A way to the registry that is far and wide: 40 ms, and any rate. Through our own proxy: what is counted is round trips. */
export async function makeFar(
  registry: string,
  dir: string,
  closing: (() => Promise<unknown>)[],
): Promise<Link> {
  const proxy = await startProxy(registry, '127.0.0.1', {
    rate: Number.POSITIVE_INFINITY,
    delay: shape.delay,
  })
  closing.push(() => proxy.stop())
  const registries = await writeRegistries(join(dir, 'registries-far.yaml'), proxy.host)
  return { host: proxy.host, registries, inside: [], how: 'a proxy of ours' }
}
