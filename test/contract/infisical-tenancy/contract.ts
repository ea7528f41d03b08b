/** What holds of a tenancy's server, whichever it is: each step goes on from those before it. */
import { describe, expect, it } from 'vitest'
import type { ServerProject, TenancyServer } from '../../../src/kernel/ports/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

/** The paths of a project's folders, by environment, in order. */
async function paths(server: TenancyServer, project: ServerProject): Promise<Record<string, string[]>> {
  const found = [...(await server.folders(project))]
  return Object.fromEntries(found.map(([slug, folders]) => [slug, folders.map(({ path }) => path).sort()]))
}

const named = async (server: TenancyServer, slug: string) =>
  (await server.projects()).find(project => project.slug === slug)

/** Registers the contract's tests. `open` gives an empty server of organisation `openova`. */
export function tenancyContract(name: string, open: () => TenancyServer): void {
  describe(`a tenancy's server: ${name}`, () => {
    it('knows its organisation, and has no projects of secrets', async () => {
      expect(await open().organization()).toBe('openova')
      expect(await open().projects()).toEqual([])
    })

    it('makes a project with its own three environments, or with none', async () => {
      const whole = await open().createProject({ slug: 'talent-mesh', defaultEnvironments: true })
      expect(whole.environments.map(({ slug }) => slug)).toEqual(['dev', 'staging', 'prod'])
      expect(whole).toMatchObject({ slug: 'talent-mesh', description: '', deleteProtection: false })
      const given = { description: 'HR', deleteProtection: true }
      const bare = await open().createProject({ slug: 'hr-platform', defaultEnvironments: false, ...given })
      expect(bare).toMatchObject({ slug: 'hr-platform', environments: [], ...given })
      expect(await named(open(), 'talent-mesh')).toEqual(whole)
      expect(await named(open(), 'hr-platform')).toEqual(bare)
    })

    it('makes none twice', async () => {
      const again = open().createProject({ slug: 'talent-mesh', defaultEnvironments: true })
      expect((await rejection(again)).message).toMatch(/ 400.* slug "talent-mesh" already exists/)
    })

    it('changes of a project what is given', async () => {
      const { id = '' } = (await named(open(), 'hr-platform')) ?? {}
      await open().changeProject(id, { deleteProtection: false })
      expect(await named(open(), 'hr-platform')).toMatchObject({ description: 'HR', deleteProtection: false })
      await open().changeProject(id, { description: 'People' })
      expect(await named(open(), 'hr-platform')).toMatchObject({
        description: 'People',
        deleteProtection: false,
      })
    })

    it('adds an environment once', async () => {
      const { id = '' } = (await named(open(), 'hr-platform')) ?? {}
      const made = await open().createEnvironment(id, 'Production', 'prod')
      expect((await named(open(), 'hr-platform'))?.environments).toEqual([made])
      const again = await rejection(open().createEnvironment(id, 'Production', 'prod'))
      expect(again.message).toMatch(/ 400.*Environment with slug already exists/)
    })

    it('makes a folder with all above it, once, in its environment alone', async () => {
      const project = await named(open(), 'talent-mesh')
      if (project === undefined) throw new Error('no project')
      expect(await paths(open(), project)).toEqual({ dev: [], staging: [], prod: [] })
      await open().createFolder(project.id, 'prod', '/a/b/c')
      await open().createFolder(project.id, 'prod', '/a/d')
      await open().createFolder(project.id, 'dev', '/db')
      const all = { dev: ['/db'], staging: [], prod: ['/a', '/a/b', '/a/b/c', '/a/d'] }
      expect(await paths(open(), project)).toEqual(all)
      const again = await rejection(open().createFolder(project.id, 'prod', '/a/d'))
      expect(again.message).toMatch(/ 400.*Folder with name .* already exists/)
      expect(await paths(open(), project)).toEqual(all)
    })
  })
}
