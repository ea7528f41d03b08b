import { memoryCluster } from './memory-cluster.ts'
import { memoryImagesFolder } from './memory-images-folder.ts'
import { memoryNodes } from './memory-nodes.ts'
import { memoryRuntime } from './memory-runtime.ts'

/** A machine beside the site, in memory: without a containerd, and with nobody to push to. */
export function wayHost() {
  return {
    runtime: undefined,
    platform: 'linux/amd64',
    cluster: memoryCluster(),
    imagesFolder: memoryImagesFolder(memoryRuntime('amd64')),
    nodes: memoryNodes({}),
    registryPush: () => {
      throw new Error('nothing is pushed here')
    },
  }
}
