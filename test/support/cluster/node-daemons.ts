/** A node's own daemons beside its containerd: kubelet and kube-proxy. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Components } from './component.ts'
import { kubeletConfiguration, proxyConfiguration } from './configuration.ts'
import type { Containerd } from './containerd.ts'
import type { Slot } from './slot.ts'

/** Starts both, of the programs in `bin`, with these kubeconfigs. */
export async function startNodeDaemons(
  slot: Slot,
  components: Components,
  containerd: Containerd,
  bin: string,
  credentials: { readonly kubelet: string; readonly proxy: string },
): Promise<void> {
  const file = (name: string) => join(slot.dir, name)
  const start = (name: string, settings: Record<string, string>) =>
    components.start(
      name,
      join(bin, name),
      Object.entries(settings).map(([flag, value]) => `--${flag}=${value}`),
    )
  // What the host's resolver is, a disconnected pod must not be told.
  await writeFile(file('resolv.conf'), '')
  await writeFile(file('kubelet.json'), JSON.stringify(kubeletConfiguration(slot, containerd.address)))
  await start('kubelet', {
    config: file('kubelet.json'),
    kubeconfig: credentials.kubelet,
    // cAdvisor, inside kubelet, asks containerd by itself.
    containerd: containerd.address,
    'root-dir': file('kubelet'),
    'cert-dir': file('kubelet-certificates'),
    'hostname-override': slot.name,
    'node-ip': slot.nodeIp,
  })
  await writeFile(file('kube-proxy.json'), JSON.stringify(proxyConfiguration(slot, credentials.proxy)))
  await start('kube-proxy', { config: file('kube-proxy.json') })
}
