/** What holds of a tenancy's server, whichever it is: each step goes on from those before it. */
import { describe, expect, it } from 'vitest'
import { samePermissions } from '../../../src/kernel/access/index.ts'
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

    const idOf = async (slug: string) => (await named(open(), slug))?.id ?? ''
    const inProject = async (slug: string) =>
      (await open().members(await idOf(slug)))
        .map(({ email, roles, isTemporary }) => `${email} ${roles}${isTemporary ? ' for a time' : ''}`)
        .sort()

    it('says what its licence allows', async () => {
      expect(await open().licence()).toEqual({ customRoles: false, groups: false, most: {} })
      const roles = await open().roles(await idOf('talent-mesh'))
      expect(roles.toSorted()).toEqual(['admin', 'member', 'no-access', 'viewer'])
    })

    it('knows its admin, who is in the organisation and in each project', async () => {
      expect(open().admin).toBe('admin@site.local')
      expect(await open().people()).toEqual([{ email: 'admin@site.local', isInvited: false }])
      expect(await inProject('talent-mesh')).toEqual(['admin@site.local admin'])
    })

    it('invites people, and gives each link once', async () => {
      const first = await open().invite(['ada@site.local', 'ben@site.local'])
      expect(first.map(({ email }) => email).toSorted()).toEqual(['ada@site.local', 'ben@site.local'])
      for (const { email, link } of first) {
        expect(String(link)).toBe('[secret]')
        expect(link.reveal()).toMatch(/^http.*signupinvite\?token=/)
        expect(await open().people()).toContainEqual({ email, isInvited: true })
      }
      const again = await open().invite(['ada@site.local', 'cyd@site.local'])
      expect(again.map(({ email }) => email)).toEqual(['cyd@site.local'])
      expect(await open().invite(['ada@site.local'])).toEqual([])
    })

    it('adds people to a project, and who is in it already stays as they are', async () => {
      const id = await idOf('talent-mesh')
      await open().addMembers(id, ['ada@site.local', 'ben@site.local'], ['admin'])
      await open().addMembers(id, ['ada@site.local', 'cyd@site.local'], ['viewer'])
      expect(await inProject('talent-mesh')).toEqual([
        'ada@site.local admin',
        'admin@site.local admin',
        'ben@site.local admin',
        'cyd@site.local viewer',
      ])
    })

    it('refuses roles that are not there', async () => {
      const added = await rejection(
        open().addMembers(await idOf('talent-mesh'), ['ben@site.local'], ['auditor']),
      )
      expect(added.message).toMatch(/ 404.*Specified roles 'auditor' was not found/)
    })

    it('changes what somebody is in a project, and takes somebody out', async () => {
      const id = await idOf('talent-mesh')
      const of = async (email: string) =>
        (await open().members(id)).find(member => member.email === email)?.id ?? ''
      await open().changeMember(id, await of('ada@site.local'), ['viewer'])
      await open().removeMember(id, await of('ben@site.local'))
      expect(await inProject('talent-mesh')).toEqual([
        'ada@site.local viewer',
        'admin@site.local admin',
        'cyd@site.local viewer',
      ])
    })

    it('counts secrets, and deletes folders and environments', async () => {
      const project = await named(open(), 'talent-mesh')
      const { id = '', environments = [] } = project ?? {}
      expect(await open().secretsBelow({ projectId: id, environment: 'prod', path: '/' })).toBe(0)
      if (project === undefined) throw new Error('no project')
      const folder = (await open().folders(project)).get('prod')?.find(({ path }) => path === '/a/b')
      if (folder === undefined) throw new Error('no folder')
      await open().deleteFolder(id, 'prod', folder)
      expect(await paths(open(), project)).toMatchObject({ prod: ['/a', '/a/d'] })
      await open().deleteEnvironment(id, environments.find(({ slug }) => slug === 'staging')?.id ?? '')
      const after = await named(open(), 'talent-mesh')
      expect(after?.environments.map(({ slug }) => slug)).toEqual(['dev', 'prod'])
    })

    it('keeps a deleted environment, and brings it back with what it had', async () => {
      const { id = '', environments = [] } = (await named(open(), 'talent-mesh')) ?? {}
      const dev = environments.find(({ slug }) => slug === 'dev')
      await open().deleteEnvironment(id, dev?.id ?? '')
      const between = await named(open(), 'talent-mesh')
      expect(between?.environments.map(({ slug }) => slug)).toEqual(['prod'])
      expect(between?.deletedEnvironments).toContainEqual(dev)
      await open().restoreEnvironment(id, dev?.id ?? '')
      const after = await named(open(), 'talent-mesh')
      if (after === undefined) throw new Error('no project')
      expect(after.environments).toContainEqual(dev)
      expect(after.deletedEnvironments.map(({ slug }) => slug)).toEqual(['staging'])
      expect(await paths(open(), after)).toMatchObject({ dev: ['/db'] })
    })

    const machineNames = async (slug: string) =>
      (await open().machines(await idOf(slug))).map(({ name, roles }) => `${name} ${roles}`)
    const rules = [
      {
        subject: 'secrets',
        action: ['describeSecret', 'readValue'],
        conditions: { environment: 'prod', secretPath: '/ci' },
      },
    ]

    it('makes machine identities, several of one name where it is told to', async () => {
      const made = [await open().createIdentity('ci'), await open().createIdentity('ci')]
      const found = (await open().identities()).filter(({ name }) => name === 'ci')
      expect(found.map(({ id }) => id).toSorted()).toEqual(made.toSorted())
      expect(found.map(({ role }) => role)).toEqual(['no-access', 'no-access'])
    })

    it('brings one into a project, without a role, once', async () => {
      const [id, identity] = [await idOf('talent-mesh'), await open().createIdentity('eso')]
      await open().addMachine(id, identity)
      expect(await machineNames('talent-mesh')).toEqual(['eso no-access'])
      expect((await rejection(open().addMachine(id, identity))).message).toMatch(/ 400.*already a member/)
      await open().resetMachine(id, identity)
      expect(await machineNames('talent-mesh')).toEqual(['eso no-access'])
    })

    it('gives it a privilege, changes that, and takes it away', async () => {
      const id = await idOf('talent-mesh')
      const identity = (await open().identities()).find(({ name }) => name === 'eso')?.id ?? ''
      expect(await open().privileges(id, identity)).toEqual([])
      await open().createPrivilege(id, identity, 'read-ci', rules)
      const [made] = await open().privileges(id, identity)
      expect(made).toMatchObject({ slug: 'read-ci', isTemporary: false })
      const privilege = made?.id ?? ''
      expect(samePermissions(await open().permissions(privilege), rules)).toBe(true)
      const again = await rejection(open().createPrivilege(id, identity, 'read-ci', rules))
      expect(again.message).toMatch(/ 400.*read-ci exists/)
      const wider = rules.map(rule => ({ ...rule, conditions: { environment: 'prod', secretPath: '/' } }))
      await open().changePrivilege(privilege, 'read-ci', wider)
      expect(samePermissions(await open().permissions(privilege), wider)).toBe(true)
      await open().removePrivilege(privilege)
      expect(await open().privileges(id, identity)).toEqual([])
      await open().removeMachine(id, identity)
      expect(await machineNames('talent-mesh')).toEqual([])
    })
  })
}
