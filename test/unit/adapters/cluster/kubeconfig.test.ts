/** A kubeconfig that cannot be read: which one, why, and nothing that is in it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '../../../../src/adapters/cluster/kubeconfig.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-kubeconfig-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test.each([
  ['empty', '', 'it is empty'],
  ['cut off', 'users:\n- name: a\n  user: {token: token-in-file\n', 'it is no YAML, at line 4, column 1'],
  ['with an unknown tag', 'users: !token-in-file {}\n', 'it is no YAML, at line 1, column 8'],
  ['of nothing', 'null', 'it has no fields'],
])('one that is %s', async (_, text, why) => {
  const path = join(folder, 'config')
  await writeFile(path, text)
  const {
    message,
    stack = '',
    ...error
  } = (await connect({ kubeconfig: path, environment: {} }).catch(
    (thrown: unknown) => thrown as Error,
  )) as Error
  expect(error).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
  expect(message).toBe(`the kubeconfig is not valid: ${path}: ${why}`)
  expect(stack + JSON.stringify(error)).not.toContain('token-in-file')
})

test('of several, the one that is a folder', async () => {
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad')]
  await writeFile(good, 'clusters: []')
  await mkdir(bad)
  await expect(connect({ environment: { KUBECONFIG: `${good}:${bad}` } })).rejects.toMatchObject({
    message: `the kubeconfig is not valid: ${bad}: it is a folder`,
  })
})
