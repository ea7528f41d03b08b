/**
 * An install that is killed after any of its changes, in the middle of every step, helm's and the server's own included:
 * a rerun converges with the same keys, one admin and one client secret; a purge leaves nothing.
 */
import { describe, expect, test } from 'vitest'
import { type ErrorCode, SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { installOn, namesOnNode, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'
import { mortal } from './mortal-host.ts'

const untouched = ['Namespace /default', 'Namespace /kube-system', 'Secret default/database']
const titles = ({ cluster }: MemoryWorld) =>
  cluster.objects().map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)

/** What of a site an install is there for, without what differs from one to the next. */
async function essence(world: MemoryWorld) {
  const { cluster, infisical, runtime } = world
  const { identities, clientSecrets, secrets, calls } = infisical
  const releases = await cluster.list(kinds.secret, undefined, 'owner=helm')
  const newest = new Map(
    releases.map(({ metadata }) => [metadata.labels?.['name'], metadata.labels?.['status']]),
  )
  return {
    objects: titles(world)
      .filter(title => !title.includes('sh.helm.release'))
      .sort(),
    releases: Object.fromEntries(newest),
    identities: identities.map(({ name }) => name),
    projects: calls.filter(call => call.startsWith('createProject')),
    admins: calls.filter(call => call.startsWith('bootstrap')).length,
    clientSecrets: clientSecrets.length,
    secrets: [...secrets.keys()],
    // Between an import and its pin only the receipt knows who brought them.
    images: (await runtime.images()).map(({ brought: _, ...image }) => image),
    leftovers: await runtime.leftovers(),
  }
}

const keysIn = async ({ cluster }: MemoryWorld, namespace: string) =>
  (await cluster.get(kinds.secret, 'infisical-secrets', namespace))?.['data']
const keysOf = async (world: MemoryWorld) =>
  (await keysIn(world, 'demo')) ?? (await keysIn(world, 'sealift-system'))
/** Twenty seconds on, whoever has not renewed his lease is taken for dead; another test has that. */
const leaseEnds = ({ cluster }: MemoryWorld) => cluster.delete(kinds.lease, 'sealift', 'sealift-system')

/** Lets an install die after its change number `last`. */
async function die(world: MemoryWorld, last: number): Promise<boolean> {
  const life = mortal(world, last)
  const died = await installOn(life.host, '1.0.0').then(
    () => false,
    () => true,
  )
  life.end()
  await leaseEnds(world)
  return died
}

async function untroubled() {
  const world = await memoryWorld()
  const life = mortal(world)
  await installOn(life.host, '1.0.0')
  life.end()
  await leaseEnds(world)
  return { changes: life.changes, essence: await essence(world) }
}
const whole = await untroubled()
// Steps run side by side: which change has a number may be another one in another life.
const moments = whole.changes.map((change, at) => [at + 1, change] as const)

test('the moments are in every step', () => {
  const steps = whole.changes.filter(change => change.startsWith('files.append')).length
  expect(steps).toBe(10)
  expect(moments.length).toBeGreaterThan(60)
})

describe('killed right after', () => {
  test.each(moments)('change %i (%s), a rerun makes the same of it', async last => {
    const world = await memoryWorld()
    await die(world, last)
    const [keys, { admin }] = [await keysOf(world), world.infisical]
    await installOn(world.host, '1.0.0')
    await leaseEnds(world)
    expect(await essence(world)).toEqual(whole.essence)
    expect(await keysIn(world, 'demo')).toEqual(await keysIn(world, 'sealift-system'))
    if (keys !== undefined) expect(await keysOf(world)).toEqual(keys)
    if (admin !== undefined) expect(world.infisical.admin).toEqual(admin)
  })

  test.each(moments)('change %i (%s), a purge leaves nothing', async last => {
    const world = await memoryWorld()
    await die(world, last)
    await removeFrom(world.host, '1.0.0', true)
    expect(titles(world)).toEqual(untouched)
    expect(await namesOnNode(world)).toEqual([])
    expect(await world.runtime.content()).toEqual(new Set())
  })
})

/** What a server that restarts, a full disk or a runtime that is gone makes of a change. */
function refusal(what: string): SealiftError {
  const code: ErrorCode = what.startsWith('runtime')
    ? 'LOAD_FAILED'
    : what.startsWith('files')
      ? 'DISK_FULL'
      : what.startsWith('helm')
        ? 'HELM_FAILED'
        : what.startsWith('open.query')
          ? 'DATABASE_UNREACHABLE'
          : what.startsWith('cluster')
            ? 'CLUSTER_UNREACHABLE'
            : 'SERVER_FAILED'
  return new SealiftError(code, `refused: ${what}`)
}

describe('refused once', () => {
  test.each(moments)('change %i (%s), it says so, and a rerun makes the same of it', async last => {
    const world = await memoryWorld()
    const life = mortal(world, last, refusal)
    const end = await installOn(life.host, '1.0.0').catch((error: unknown) => error)
    life.end()
    const [refused = ''] = life.refused
    // Given back or not, the lease of whoever is through stands in nobody's way; what is only tidied may be left, and the
    // next run notes that this one's end was not written down.
    const code = refusal(refused).code
    if (end instanceof Error) expect(end).toMatchObject({ code })
    else
      expect(refused).toMatch(
        /Lease|sealift-audit|endLeftovers|cluster\.delete|deleteSecret|deleteIdentity|clear/,
      )
    await leaseEnds(world)
    await installOn(world.host, '1.0.0')
    await leaseEnds(world)
    expect(await essence(world)).toEqual(whole.essence)
  })
})

test('killed again and again, it comes to its end', async () => {
  const world = await memoryWorld()
  let lives = 1
  while (await die(world, 30)) expect(++lives).toBeLessThan(20)
  expect(lives).toBeGreaterThan(2)
  expect(await essence(world)).toEqual(whole.essence)
})
