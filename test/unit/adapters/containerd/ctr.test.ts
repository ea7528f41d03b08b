/** What is said of a call of ctr that failed: its own words, without containerd's log, and what to do. */
import { expect, test } from 'vitest'
import { createCtr } from '../../../../src/adapters/containerd/ctr.ts'

const log = 'time="2026-11-30T03:21:04Z" level=warning msg="DEPRECATION: cgroup v1 is deprecated"'
const failing = (stderr: string) => {
  const ctr = createCtr(async () => ({
    ...{ stdout: '', stderr, failure: { error: new Error('exit 1'), killed: false } },
  }))
  return ctr(['images', 'import', '-']).catch((error: unknown) => error)
}

test.each([
  ['containerd restarts', `${log}\nctr: error reading from server: EOF\n`, 'run this again'],
  [
    'the disk is full',
    `${log}\nctr: failed to ingest "blob": write /x/ingest/1/data: no space left on device\n`,
    'make room there',
  ],
  ['something else is wrong', 'ctr: image "x": not found', 'run this again'],
])('%s', async (_, stderr, hint) => {
  const error = await failing(stderr)
  expect(error).toMatchObject({ code: 'LOAD_FAILED', hints: [expect.stringContaining(hint)] })
  const said = stderr.replace(`${log}\n`, '').replace('ctr: ', '').trim()
  expect(error).toMatchObject({ message: `ctr images import: ${said}` })
})
