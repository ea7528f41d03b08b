/** A small outside world for tests of isolation: namespaces of our own, on addresses kept for documentation. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { execa } from 'execa'

/** A namespace joined to this machine, which passes packets on from its link as a router would. */
export interface Neighbour {
  readonly netns: string
  /** Its own address. */
  readonly ip: string
  remove(): Promise<void>
}

/** Makes a namespace at 198.51.100.`net`+2, with a default route to this machine's end of the link. */
export async function makeNeighbour(name: string, net: number): Promise<Neighbour> {
  const netns = `sealift-${name}-${process.pid}`
  const link = `sl-${name}`.slice(0, 15)
  const address = (host: number) => `198.51.100.${net + host}`
  const ip = (...args: string[]) => execa('ip', args)
  await ip('netns', 'add', netns)
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns)
  await ip('address', 'add', `${address(1)}/30`, 'dev', link)
  await ip('link', 'set', link, 'up')
  await ip('-n', netns, 'address', 'add', `${address(2)}/30`, 'dev', 'eth0')
  await ip('-n', netns, 'link', 'set', 'eth0', 'up')
  await ip('-n', netns, 'route', 'add', 'default', 'via', address(1))
  await letForward(link)
  const remove = async () => {
    await ip('netns', 'delete', netns)
    await execa('ip', ['link', 'delete', link], { reject: false })
  }
  return { netns, ip: address(2), remove }
}

/** Makes this machine pass on what comes in by a link. It sets that link only, not the machine. */
export async function letForward(link: string): Promise<void> {
  await writeFile(`/proc/sys/net/ipv4/conf/${link}/forwarding`, '1')
}

/** Serves HTTP on TCP `port` of all addresses, in a namespace or (without one) on this machine. */
export async function serve(port: number, netns?: string): Promise<{ stop: () => void }> {
  const server = `require('node:http').createServer((_, answer) => answer.end('outside')).listen(${port}, '0.0.0.0',
    () => console.log('listening'))`
  const enter = netns === undefined ? [] : ['nsenter', `--net=/run/netns/${netns}`]
  const [command = '', ...args] = [...enter, process.execPath, '-e', server]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return { stop: () => void child.kill() }
}

/** A program for `node -e`: prints `answer` when `http://HOST:PORT/` answers within 3 s, else the error's code. */
export const reach = (host: string, port: number) =>
  `require('node:http').get({ host: '${host}', port: ${port}, timeout: 3000 }, () => { console.log('answer'); process.exit() })
    .on('timeout', () => { console.log('timeout'); process.exit() }).on('error', error => console.log(error.code))`

/** A program for `node -e`: prints the IPv4 addresses that the DNS server says `name` has, or the error's code. */
export const resolve = (name: string, server: string) =>
  `const resolver = new (require('node:dns').promises.Resolver)({ timeout: 1500, tries: 2 })
  resolver.setServers(['${server}'])
  resolver.resolve4('${name}').then(found => console.log(found.join()), error => console.log(error.code))`
