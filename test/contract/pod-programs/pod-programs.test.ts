/** Programs in pods: by a connection to a server that runs them, and by this machine alone. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPodPrograms } from '../../../src/adapters/cluster/index.ts'
import type { PodPrograms } from '../../../src/kernel/ports/index.ts'
import { type ExecServer, startExecServer } from '../../support/exec-server.ts'
import { memoryCluster } from '../../support/memory-cluster.ts'
import { localPrograms } from '../../support/memory-programs.ts'

let server: ExecServer
beforeAll(async () => {
  server = await startExecServer()
})
afterAll(() => server?.stop())

const place = { namespace: 'databases', pod: 'postgres-0', container: 'postgres' }
const overServer = () =>
  createPodPrograms({ kubeconfig: server.kubeconfig, environment: {} }, memoryCluster())
const sh = (script: string) => ['sh', '-c', script]

describe.each<[string, () => PodPrograms]>([
  ['over the API server', overServer],
  ['of this machine', localPrograms],
])('a program %s', (_, programs) => {
  test('is waited for, and tells what it wrote and how it ended', async () => {
    const run = (script: string) => programs().run(place, sh(script), {})
    expect(await run('echo out; echo err >&2')).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' })
    expect(await run('echo no >&2; exit 3')).toMatchObject({ code: 3, stderr: 'no\n' })
  })

  test('that is not there has no exit code, or the one of a shell', async () => {
    const ended = programs().run(place, ['/no/such/program'], {})
    await ended.then(
      ({ code }) => expect(code).toBeUndefined(),
      error => expect(error).toMatchObject({ code: 'CLUSTER_FAILED' }),
    )
  })

  test('reads its input to the end, and gives its output in order', async () => {
    const bytes = Buffer.alloc(3_000_000, 'abcdefg')
    const input = async function* () {
      for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000)
    }
    const got: Uint8Array[] = []
    const output = async (some: Uint8Array) => {
      got.push(Buffer.from(some))
    }
    const ended = await programs().run(place, ['cat'], { input: input(), output })
    expect(ended).toMatchObject({ code: 0, stdout: '' })
    expect(Buffer.concat(got).equals(bytes)).toBe(true)
  })

  test('a line that a shell reads is no part of what the program after it reads', async () => {
    const input = async function* () {
      yield Buffer.from("p 'w\\\n")
      yield Buffer.from('rest\n')
    }
    const script = 'IFS= read -r LINE; printf "%s|" "$LINE"; exec cat'
    expect(await programs().run(place, sh(script), { input: input() })).toMatchObject({
      stdout: "p 'w\\|rest\n",
    })
  })

  test('ends with what its output throws, and with what its input throws', async () => {
    const full = new Error('no room')
    const output = () => Promise.reject(full)
    await expect(programs().run(place, ['cat', '/dev/zero'], { output })).rejects.toBe(full)
    const broken = new Error('cut off')
    const input = async function* () {
      yield Buffer.from('some')
      throw broken
    }
    await expect(programs().run(place, ['cat'], { input: input() })).rejects.toBe(broken)
  })

  test('ends with the signal', async () => {
    const stop = new AbortController()
    const running = programs().run(place, ['cat', '/dev/zero'], {
      output: async () => stop.abort(new Error('stopped')),
      signal: stop.signal,
    })
    await expect(running).rejects.toThrow('stopped')
  })

  test('waits while nobody takes what it writes', async () => {
    let held = 0
    const stop = new AbortController()
    const before = server.taken()
    const running = programs().run(place, ['cat', '/dev/zero'], {
      async output(bytes) {
        held += bytes.length
        await sleep(300)
        stop.abort(new Error('stopped'))
      },
      signal: stop.signal,
    })
    await expect(running).rejects.toThrow('stopped')
    expect(held).toBeLessThan(8 * 2 ** 20)
    // What is on its way, in buffers of the two ends and of the system.
    expect(server.taken() - before).toBeLessThan(32 * 2 ** 20)
  })
})

test('a connection that breaks off in the middle is no end: there is no exit code', async () => {
  const output = async () => server.cut()
  const ended = await overServer().run(place, ['cat', '/dev/zero'], { output })
  expect(ended.code).toBeUndefined()
  expect(ended.message).toContain('broke off')
})
