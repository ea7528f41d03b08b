/** A load into a node through the cluster, in a process that is killed in its middle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { siteHost } from '../../../src/adapters/site-host.ts'

// Run by itself, with a kubeconfig, a ctr and a node's name: begins an import, and dies of it.
if (import.meta.main) {
  const [, , kubeconfig = '', ctr = '', name = ''] = process.argv
  const host = await siteHost({ cluster: { kubeconfig }, containerd: { ctr: [ctr] } }, {})
  const { nodes } = await host.nodes()
  await nodes.find(node => node.name === name)?.runtime.import(dying())
}

async function* dying() {
  yield new Uint8Array(4096)
  process.kill(process.pid, 'SIGKILL')
}

/** Begins an import into a node, and kills whoever began it. @throws Error when it ended otherwise */
export async function killRemoteImport(kubeconfig: string, ctr: string, node: string): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, kubeconfig, ctr, node], { stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  if (signal !== 'SIGKILL') throw new Error('the import ended by itself')
}
