/** What holds of a server whose projects share, whichever it is: each step goes on from those before it. */
import { describe, expect, it } from 'vitest'
import type { SecretPlace, Sharing, TenancyServer } from '../../../src/kernel/ports/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

/** An empty server of one organisation, which its environment does not name yet. */
export interface Shared {
  readonly tenancy: TenancyServer
  readonly sharing: Sharing
  /** Names the organisation in the server's environment. */
  tell(): Promise<void>
  put(place: SecretPlace, name: string): Promise<void>
}

/** Registers the contract's tests. */
export function sharingContract(name: string, open: () => Shared): void {
  describe(`a server whose projects share: ${name}`, () => {
    const [team, view] = [
      { projectId: '', environment: 'prod', path: '/' },
      { projectId: '', environment: 'all', path: '/team-one/prod' },
    ]
    const at = <P extends SecretPlace>(place: P, path: string) => ({ ...place, path })

    it('says that its projects may share, though it was not told of the organisation', async () => {
      const { tenancy, sharing } = open()
      team.projectId = (await tenancy.createProject({ slug: 'team-one', defaultEnvironments: true })).id
      const made = await tenancy.createProject({ slug: 'platform-view', defaultEnvironments: false })
      view.projectId = made.id
      await tenancy.createEnvironment(view.projectId, 'All', 'all')
      await tenancy.createFolder(view.projectId, 'all', '/team-one/prod/databases')
      await tenancy.createFolder(team.projectId, 'prod', '/databases/root')
      expect(await sharing.isAllowed()).toBe(false)
      await sharing.allow()
      expect(await sharing.isAllowed()).toBe(true)
      const refused = await rejection(sharing.grant(team, view.projectId))
      expect(refused.message).toMatch(/ 403.*not enabled for this organization/)
      expect(await sharing.grants(team.projectId)).toEqual([])
    })

    it('lets nothing be imported without a grant', async () => {
      await open().tell()
      const refused = await rejection(open().sharing.import(view, team))
      expect(refused.message).toMatch(/ 403.*No project grant found/)
      expect(await open().sharing.imports(view)).toEqual([])
    })

    it('keeps grants of folders, each once', async () => {
      const { tenancy, sharing } = open()
      for (const path of ['/', '/databases', '/databases/root'])
        await sharing.grant(at(team, path), view.projectId)
      const again = await rejection(sharing.grant(team, view.projectId))
      expect(again.message).toMatch(/ 400.*grant already exists/)
      const project = (await tenancy.projects()).find(({ id }) => id === team.projectId)
      if (project === undefined) throw new Error('no project')
      const folders = new Map(
        ((await tenancy.folders(project)).get('prod') ?? []).map(({ id, path }) => [id, path]),
      )
      const grants = (await sharing.grants(team.projectId)) ?? []
      expect(grants.map(({ folderId }) => folders.get(folderId) ?? '/')).toEqual([
        '/',
        '/databases',
        '/databases/root',
      ])
      expect(grants.map(({ folderName }) => folderName)).toEqual(['root', 'databases', 'root'])
      expect(new Set(grants.map(({ environment }) => environment))).toEqual(new Set(['prod']))
      expect(new Set(grants.map(({ targetProjectId }) => targetProjectId))).toEqual(new Set([view.projectId]))
    })

    it('keeps imports, by the environment and the folder that they come from', async () => {
      const { tenancy, sharing } = open()
      await sharing.import(view, team)
      await sharing.import(at(view, '/team-one/prod/databases'), at(team, '/databases'))
      const project = (await tenancy.projects()).find(({ id }) => id === team.projectId)
      const environmentId = project?.environments.find(({ slug }) => slug === 'prod')?.id
      expect(await sharing.imports(view)).toMatchObject([{ environmentId, path: '/' }])
      expect(await sharing.imports(at(view, '/team-one/prod/databases'))).toMatchObject([
        { environmentId, path: '/databases' },
      ])
      expect(await sharing.imports(at(view, '/team-one'))).toEqual([])
    })

    it('names secrets that lie there themselves, and none that is imported', async () => {
      await open().put(team, 'IMPORTED')
      await open().put(at(view, '/team-one/prod/databases'), 'OWN')
      const names = await open().sharing.namesBelow(at(view, '/'))
      expect(names).toEqual([{ path: '/team-one/prod/databases', name: 'OWN' }])
      expect(await open().sharing.namesBelow(team)).toEqual([{ path: '/', name: 'IMPORTED' }])
    })

    it('keeps an import whose grant was taken back, and lets it be granted again', async () => {
      const { sharing } = open()
      const [first] = (await sharing.grants(team.projectId)) ?? []
      await sharing.revoke(team.projectId, first?.id ?? '')
      expect(await sharing.grants(team.projectId)).toHaveLength(2)
      expect(await sharing.imports(view)).toHaveLength(1)
      await sharing.grant(team, view.projectId)
      expect(await sharing.grants(team.projectId)).toHaveLength(3)
    })

    it('takes an import away', async () => {
      const [first] = await open().sharing.imports(view)
      await open().sharing.removeImport(view, first?.id ?? '')
      expect(await open().sharing.imports(view)).toEqual([])
    })
  })
}
