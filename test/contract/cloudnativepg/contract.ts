import { beforeEach, expect, it } from 'vitest'
import { type KubernetesObject, kinds, Secret } from '../../../src/kernel/ports/index.ts'
import {
  inspectDatabase,
  type OwnDatabase,
  ownDatabase,
  purgeDatabase,
  readyDatabase,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { type OperatedSetting, operatedSite } from '../../support/cloudnativepg/setting.ts'
import { rejection, secretIn } from '../../unit/site/wire/memory.ts'

/** What holds of a database that CloudNativePG makes: in memory, and at a real API server with a real PostgreSQL. */
export function operatedContract(make: () => Promise<OperatedSetting>): void {
  let setting: OperatedSetting
  let own: OwnDatabase
  const stored = () => ({ databaseUri: own.uri })
  const find = (kind: 'cnpgRole' | 'cnpgDatabase', name = 'postgres-cluster-infisical') =>
    setting.cluster.get(kinds[kind], name, 'databases')
  const ready = () => readyDatabase(setting.services(), own, 20)
  const versions = async () => {
    const secret = await setting.cluster.get(kinds.secret, 'postgres-cluster-infisical-login', 'databases')
    const objects = [await find('cnpgRole'), await find('cnpgDatabase'), secret]
    return objects.map(object => object?.metadata['resourceVersion'])
  }

  beforeEach(async () => {
    setting = await make()
    own = await ownDatabase(setting.services(), undefined)
  })

  it('is looked at by the application’s login before there is a role, and nothing is written', async () => {
    const look = await inspectDatabase(setting.services(), own, 20)
    expect(look).toMatchObject({ facts: { maxConnections: 100 }, role: false })
    expect(look).not.toHaveProperty('state')
    expect([await find('cnpgRole'), await find('cnpgDatabase')]).toEqual([undefined, undefined])
  })

  it('is made without a superuser, and the first refusal is not waited out', async () => {
    const started = setting.clock.now()
    expect(await ready()).toEqual({ role: 'created', database: 'created' })
    expect(setting.clock.now() - started).toBeLessThan(5_000)
    expect(setting.operator.tries.get('postgres-cluster-infisical')).toBeGreaterThan(1)
    const mark = {
      labels: { 'app.kubernetes.io/managed-by': 'sealift' },
      annotations: { 'sealift.dev/site': 'bank-prod' },
    }
    expect(await find('cnpgRole')).toMatchObject({
      metadata: mark,
      spec: { name: 'infisical', createdb: true, databaseRoleReclaimPolicy: 'retain' },
    })
    expect(await find('cnpgDatabase')).toMatchObject({
      metadata: mark,
      spec: { name: 'infisical', owner: 'infisical', databaseReclaimPolicy: 'retain' },
    })
    const looked = await inspectDatabase(setting.services(), own, 20)
    expect(looked).toMatchObject({ facts: { encoding: 'UTF8' }, state: { infisical: false, tables: 0 } })
    // Closed to every other role of the server.
    const { database } = setting.services()
    const { port, host } = await setting.cluster.forwardService('databases', 'postgres-cluster-rw', 5432)
    const apps = await secretIn(setting.cluster, 'databases', 'postgres-cluster-app')
    const app = { user: 'app', password: new Secret(apps?.['password'] ?? ''), database: 'infisical' }
    const refused = await rejection(database.open({ ...own.place, host, port, ...app }))
    expect(refused.message).toContain('permission denied for database')
  })

  it('is left as it is by a rerun', async () => {
    await ready()
    const before = await versions()
    const again = await ownDatabase(setting.services(), stored())
    expect(again.parts.password.reveal()).toBe(own.parts.password.reveal())
    expect(await readyDatabase(setting.services(), again, 20)).toEqual({
      role: 'unchanged',
      database: 'unchanged',
    })
    expect(await versions()).toEqual(before)
  })

  it('has its objects back that somebody has deleted, and its login', async () => {
    await ready()
    for (const kind of [kinds.cnpgRole, kinds.cnpgDatabase])
      await setting.cluster.delete(kind, 'postgres-cluster-infisical', 'databases')
    await setting.cluster.delete(kinds.secret, 'postgres-cluster-infisical-login', 'databases')
    expect(await inspectDatabase(setting.services(), own, 20)).toMatchObject({ state: { tables: 0 } })
    expect(await ready()).toEqual({ role: 'changed', database: 'unchanged' })
    expect(await find('cnpgRole')).toMatchObject({ status: { applied: true } })
    expect(await find('cnpgDatabase')).toMatchObject({ status: { applied: true } })
  })

  it('is made again where somebody has dropped it by hand, which its operator does not see', async () => {
    await ready()
    await setting.superuser.dropDatabase('infisical')
    await setting.clock.sleep(60_000)
    expect(await inspectDatabase(setting.services(), own, 20)).not.toHaveProperty('state')
    expect(await ready()).toEqual({ role: 'unchanged', database: 'created' })
    await setting.superuser.dropDatabase('infisical')
    await setting.superuser.dropRole('infisical')
    expect(await ready()).toMatchObject({ database: 'created' })
  })

  it('has another password as soon as it is given one', async () => {
    await ready()
    const next = { ...own, parts: { ...own.parts, password: new Secret('Sl-another-one') } }
    const started = setting.clock.now()
    expect(await readyDatabase(setting.services(), next, 20)).toEqual({
      role: 'changed',
      database: 'unchanged',
    })
    expect(setting.clock.now() - started).toBeLessThan(2_000)
    // Without keys, the login that this site has given before is the one.
    const found = await ownDatabase(setting.services(), undefined)
    expect(found.parts.password.reveal()).toBe('Sl-another-one')
  })

  it('is taken up with its role where an administrator has made both for this site before', async () => {
    const { user: name, password } = own.parts
    const comment = 'Made by Sealift for Infisical'
    await setting.superuser.role({ name, password: password.reveal(), createdb: false, comment })
    await setting.superuser.database({ name: 'infisical', owner: name })
    expect(await inspectDatabase(setting.services(), own, 20)).toMatchObject({ state: { tables: 0 } })
    expect(await ready()).toEqual({ role: 'changed', database: 'unchanged' })
    expect(await find('cnpgRole')).toMatchObject({ status: { applied: true } })
    expect(await find('cnpgDatabase')).toMatchObject({ status: { applied: true } })
    expect((await inspectDatabase(setting.services(), own, 20)).role).toBe(false)
    // One that the keys on this site know nothing of is told for what it is, and refused further up.
    await purgeDatabase(setting.services(), stored())
    await setting.superuser.role({ name, password: 'of another site', createdb: false, comment })
    expect(await inspectDatabase(setting.services(), own, 20)).toMatchObject({ role: true })
    await setting.superuser.dropRole(name)
  })

  it('is dropped with its role by a purge, and nothing else is', async () => {
    await ready()
    expect(await purgeDatabase(setting.services(), stored())).toBeUndefined()
    expect(await versions()).toEqual([undefined, undefined, undefined])
    const look = await inspectDatabase(setting.services(), own, 20)
    expect([look.role, look.state]).toEqual([false, undefined])
    expect(await ready()).toEqual({ role: 'created', database: 'created' })
    await purgeDatabase(setting.services(), stored())
  })

  it('is gone for a purge that comes again, and kept by one where nothing stands for it', async () => {
    await ready()
    await setting.cluster.delete(kinds.cnpgDatabase, 'postgres-cluster-infisical', 'databases')
    expect(await purgeDatabase(setting.services(), stored())).toMatch(/^there is no Database object by which/)
    await ready()
    await purgeDatabase(setting.services(), stored())
    expect(await purgeDatabase(setting.services(), stored())).toBeUndefined()
  })

  it('is kept by a purge where its objects are another site’s', async () => {
    await ready()
    const other = setting.services(operatedSite.replace('bank-prod', 'bank-test'))
    expect(await purgeDatabase(other)).toBe(
      'Database databases/postgres-cluster-infisical is not of this site',
    )
    expect(await inspectDatabase(setting.services(), own, 20)).toHaveProperty('state')
  })

  it('is refused where it is somebody else’s: of another site, another object, the application, made by hand', async () => {
    await ready()
    const other = setting.services(operatedSite.replace('bank-prod', 'bank-test'))
    const fresh = await ownDatabase(other, undefined)
    const marked = await rejection(inspectDatabase(other, fresh, 20))
    expect([marked.code, marked.message]).toEqual([
      'FOREIGN_INSTALL',
      "Secret databases/postgres-cluster-infisical-login is there already, and it is site bank-prod's",
    ])
    expect((await rejection(readyDatabase(other, fresh, 20))).code).toBe('FOREIGN_INSTALL')
    // Its own keys open it: the site has a new name.
    expect(await inspectDatabase(other, own, 20)).toHaveProperty('state')
    await purgeDatabase(setting.services(), stored())

    const theirs = (kind: typeof kinds.cnpgRole | typeof kinds.cnpgDatabase, spec: object) => ({
      ...kind,
      metadata: { name: 'theirs', namespace: 'databases' },
      spec: { cluster: { name: 'postgres-cluster' }, name: 'infisical', ...spec },
    })
    const objects: KubernetesObject[] = [
      theirs(kinds.cnpgRole, { login: true }),
      theirs(kinds.cnpgDatabase, { owner: 'app' }),
    ]
    for (const object of objects) {
      await setting.cluster.apply(object)
      const error = await rejection(inspectDatabase(setting.services(), own, 20))
      expect(error.message).toContain(`which ${object.kind} databases/theirs stands for,`)
      await setting.cluster.delete(object, 'theirs', 'databases')
    }
    const apps = setting.services(operatedSite.replace('database:\n', 'database:\n  user: app\n'))
    const first = await rejection(inspectDatabase(apps, await ownDatabase(apps, undefined), 20))
    expect(first.message).toMatch(/^role app, which Cluster databases\/postgres-cluster was made with,/)
    expect(first.hints).toContainEqual(expect.stringContaining('name: postgres-cluster-app, key: uri'))

    await setting.superuser.role({ name: 'infisical', password: 'theirs', createdb: false, comment: '' })
    const byHand = await rejection(inspectDatabase(setting.services(), own, 20))
    expect(byHand.message).toBe('role infisical is in PostgreSQL already, and Sealift did not make it')
    await setting.superuser.dropRole('infisical')
  })

  it('is not begun anew where it is there and nothing on the site opens it', async () => {
    await ready()
    await setting.cluster.delete(kinds.secret, 'postgres-cluster-infisical-login', 'databases')
    const lost = await ownDatabase(setting.services(), undefined)
    const error = await rejection(inspectDatabase(setting.services(), lost, 20))
    expect([error.code, error.message]).toEqual([
      'KEYS_LOST',
      'database infisical is in Cluster databases/postgres-cluster already, and nothing on this site opens it',
    ])
  })

  it('tells what the operator says where it cannot make it, and goes on when it can', async () => {
    setting.refuse('source database "template0" is being accessed by other users (SQLSTATE 55006)')
    const error = await rejection(ready())
    expect([error.code, error.message]).toEqual([
      'DATABASE_UNFIT',
      expect.stringContaining('"template0" is being accessed by other users (SQLSTATE 55006)'),
    ])
    setting.refuse(undefined)
    expect(await ready()).toEqual({ role: 'unchanged', database: 'created' })
  })

  it('says so where the operator says nothing', async () => {
    setting.operator.down = true
    const error = await rejection(ready())
    expect(error.message).toMatch(
      /^CloudNativePG has not applied DatabaseRole databases\/.* does not say why$/,
    )
  })

  it('is taken up under names that Kubernetes has no letters for', async () => {
    const names = 'database:\n  user: Infisical_Prod\n  name: Infisical_Prod\n'
    const odd = setting.services(operatedSite.replace('database:\n', names))
    const login = await ownDatabase(odd, undefined)
    expect(await readyDatabase(odd, login, 20)).toEqual({ role: 'created', database: 'created' })
    expect(await purgeDatabase(odd, { databaseUri: login.uri })).toBeUndefined()
  })

  it('leaves alone a Secret of its name that is somebody else’s', async () => {
    const theirs = secretObject('databases', 'postgres-cluster-infisical-login', { username: 'x' })
    await setting.cluster.apply({
      ...theirs,
      metadata: { ...theirs.metadata, labels: { of: 'another' }, annotations: {} },
    })
    const error = await rejection(ready())
    expect(error.message).toContain('Secret databases/postgres-cluster-infisical-login is there already')
    await setting.cluster.delete(kinds.secret, 'postgres-cluster-infisical-login', 'databases')
  })
}
