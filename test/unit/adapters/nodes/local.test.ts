/** Which of a cluster's nodes this machine is. */
import { expect, test } from 'vitest'
import { nodeHere, thisMachine } from '../../../../src/adapters/nodes/local.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'

const node = (name: string, bootID: string | undefined, ...addresses: string[]) => ({
  ...kinds.node,
  metadata: { name },
  status: {
    nodeInfo: bootID === undefined ? {} : { bootID },
    addresses: addresses.map(address => ({ type: 'InternalIP', address })),
  },
})
const here = { boot: 'b-1', names: ['desk.bank.local', 'desk'], addresses: ['10.0.0.7', 'fe80::1'] }
const found = (...nodes: ReturnType<typeof node>[]) => nodeHere(nodes, here)?.metadata.name

test('the node of this boot is this machine, whatever it is called', () => {
  expect(found(node('a', 'b-2', '10.0.0.1'), node('b', 'b-1', '10.0.0.2'))).toBe('b')
})

test('a node of another boot is none, also with this machine’s address', () => {
  expect(found(node('a', 'b-2', '10.0.0.7'))).toBeUndefined()
})

test('of several of one boot, as in containers on one machine, name or address tells', () => {
  expect(found(node('a', 'b-1', '10.0.0.1'), node('b', 'b-1', '10.0.0.7'))).toBe('b')
  expect(found(node('a', 'b-1', 'desk'), node('b', 'b-1', '10.0.0.2'))).toBe('a')
  expect(found(node('a', 'b-1', '10.0.0.1'), node('b', 'b-1', '10.0.0.2'))).toBeUndefined()
  expect(found(node('a', 'b-1', '10.0.0.7'), node('b', 'b-1', 'desk'))).toBeUndefined()
})

test('where nobody tells a boot, name or address does', () => {
  expect(found(node('a', undefined, '10.0.0.1'), node('b', undefined, '10.0.0.7'))).toBe('b')
  expect(nodeHere([node('a', 'b-1', '10.0.0.7')], { ...here, boot: '' })?.metadata.name).toBe('a')
  expect(found(node('a', undefined))).toBeUndefined()
})

test('a null where something is expected is as nothing', () => {
  const odd = { ...kinds.node, metadata: { name: 'odd' }, status: { nodeInfo: null, addresses: [null] } }
  expect(nodeHere([odd], here)).toBeUndefined()
})

test('this machine knows its boot and its addresses', async () => {
  const { boot, addresses } = await thisMachine()
  expect(boot).toMatch(/^[0-9a-f-]{36}$/)
  expect(addresses).toContain('127.0.0.1')
})
