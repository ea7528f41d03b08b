import { beforeEach, expect, test } from 'vitest'
import { answered } from '../../../support/answered.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { type Verbs, verbs } from './helpers.ts'

const file = 'tenancy.invitations'
const people = (count: number) => Array.from({ length: count }, (_, i) => `p${i}@site.local`)
const wanted = (count: number) =>
  tenancyOf({
    projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
    teams: [{ name: 'All', people: people(count), access: [{ project: '*', role: 'viewer' }] }],
  })

let site: Verbs
beforeEach(async () => {
  site = await verbs()
})

test('what somebody else writes into the file meanwhile stays, and what was given out is not put back', async () => {
  const given = 'given-out@site.local http://x/old'
  await site.host.files.write(file, `${given}\n`, 0o600)
  let batches = 0
  site.server.before = async name => {
    if (!name.startsWith('invite')) return
    batches += 1
    if (batches === 1) await site.host.files.write(file, 'another@site.local http://x/another\n', 0o600)
  }
  await site.apply(wanted(21))
  const kept = (await site.host.files.readText(file)).split('\n')
  expect(kept).toContain('another@site.local http://x/another')
  expect(kept).not.toContain(given)
  expect(kept.filter(line => line.includes('token='))).toHaveLength(21)
})

test('where they are is said with whatever fails later', async () => {
  site.server.before = name => {
    if (name.startsWith('addMembers')) throw answered(403, 'not allowed')
  }
  const error = await rejection(site.apply(wanted(2)))
  expect(error.hints).toContain(`invitations of p0@site.local, p1@site.local are in ${file}`)
  expect(error.message).toMatch(/^member p0@site.local in talent-mesh and 1 more: .*403/)
  expect(JSON.stringify([error.message, error.hints, error.faults])).not.toContain('token=')
})

test('nobody is told of a file when nobody was invited', async () => {
  site.server.before = name => {
    if (name.startsWith('invite')) throw answered(403, 'not allowed')
  }
  const { hints } = await rejection(site.apply(wanted(2)))
  expect(hints.join()).not.toContain(file)
})
