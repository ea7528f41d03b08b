import { expect, test } from 'vitest'
import { createCtr } from '../../../../src/adapters/containerd/ctr.ts'
import { runHere } from '../../../../src/adapters/containerd/here.ts'

test('what cannot be reached comes with what can be done, and with no flag that is not there', async () => {
  const nowhere = createCtr(runHere({ ctr: ['ctr'], address: '/none/containerd.sock' }))
  await expect(nowhere(['images', 'ls'])).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message: 'containerd does not answer at /none/containerd.sock',
    hints: [expect.stringMatching(/^(?!.*--).*K3s node.*containerd\.address in site\.yaml$/)],
  })
  await expect(createCtr(runHere({ ctr: ['/none/k3s', 'ctr'] }))(['images', 'ls'])).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    hints: [expect.stringContaining('containerd.ctr')],
  })
})
