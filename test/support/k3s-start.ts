/** What K3s does with pins when it starts, on a containerd without K3s. */
import type { TestContainerd } from './containerd.ts'

/**
 * Takes both pin labels off every image that bears K3s's own with the value that K3s gives it, as K3s does at each
 * start before it imports what lies in agent/images (its pkg/agent/containerd/containerd.go).
 */
export async function clearPinsAsK3s(containerd: TestContainerd): Promise<void> {
  const names = await containerd.run('images', 'ls', '-q', 'labels."io.cattle.k3s.pinned"==pinned')
  for (const name of names.split('\n').filter(line => line !== ''))
    await containerd.run('images', 'label', name, 'io.cattle.k3s.pinned=', 'io.cri-containerd.pinned=')
}
