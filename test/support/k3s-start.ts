/** What K3s does with pins when it starts, on a containerd without K3s. */
import { execa } from 'execa'

/**
 * Takes both pin labels off every image that bears K3s's own with the value that K3s gives it, as K3s does at each
 * start before it imports what lies in agent/images (its pkg/agent/containerd/containerd.go).
 */
export async function clearPinsAsK3s(address: string): Promise<void> {
  const ctr = (...words: string[]) => execa('ctr', ['--address', address, '--namespace', 'k8s.io', ...words])
  const { stdout } = await ctr('images', 'ls', '-q', 'labels."io.cattle.k3s.pinned"==pinned')
  for (const name of stdout.split('\n').filter(line => line !== ''))
    await ctr('images', 'label', name, 'io.cattle.k3s.pinned=', 'io.cri-containerd.pinned=')
}
