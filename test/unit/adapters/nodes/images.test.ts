/** Of which image a pod on a node can be made without a pull. */
import { expect, test } from 'vitest'
import { imagesOn } from '../../../../src/adapters/nodes/images.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'

const digest = `sha256:${'a'.repeat(64)}`
const node = (images: unknown) => ({ ...kinds.node, metadata: { name: 'node1' }, status: { images } })
const pod = (nodeName: string, image: string, phase = 'Running') => ({
  ...kinds.pod,
  metadata: { name: 'pod', namespace: 'default' },
  spec: { nodeName, containers: [{ name: 'main', image }] },
  status: { phase },
})

test('the one that holds pods’ namespaces first, then small ones before large ones, by tag', () => {
  const images = [
    {
      names: [`docker.io/rancher/klipper-helm@${digest}`, 'docker.io/rancher/klipper-helm:v1'],
      sizeBytes: 9,
    },
    { names: ['docker.io/rancher/mirrored-library-busybox:1.37.0'], sizeBytes: 2 },
    { names: ['docker.io/rancher/mirrored-pause:3.10.2'], sizeBytes: 5 },
    { names: [`docker.io/rancher/no-tag@${digest}`], sizeBytes: 1 },
  ]
  expect(imagesOn(node(images), [])).toEqual([
    'docker.io/rancher/mirrored-pause:3.10.2',
    `docker.io/rancher/no-tag@${digest}`,
    'docker.io/rancher/mirrored-library-busybox:1.37.0',
    'docker.io/rancher/klipper-helm:v1',
  ])
})

test('images of pods that run there are known to be there too', () => {
  const pods = [
    pod('node1', 'docker.io/rancher/klipper-lb:v1'),
    pod('node2', 'docker.io/rancher/elsewhere:1'),
    pod('node1', 'docker.io/rancher/pending:1', 'Pending'),
  ]
  expect(imagesOn(node([]), pods)).toEqual(['docker.io/rancher/klipper-lb:v1'])
})

test.each([null, 'text', [null], [{ names: null }], [{ names: [7, '<none>:<none>', 'Not A Name'] }]])(
  'odd lists name nothing: %j',
  odd => {
    expect(imagesOn(node(odd), [])).toEqual([])
  },
)
