/** Lists of tags: asked of the real registry, and of ours that answers in other ways. */
import { describe, expect, it } from 'vitest'
import { startRegistry } from '../../support/connected/registry.ts'
import { pushImages, referenceTo, repository } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { keep, open, start } = closedAfterEach()
const path = `/v2/${repository}/tags/list`
const listOf = (tags: unknown) => Buffer.from(JSON.stringify({ name: repository, tags }))
const place = (host: string) => referenceTo(host, repository)

describe('tags', () => {
  it('are listed by a real registry, and are none where it has no such repository', async () => {
    const server = await startRegistry()
    keep(() => server.stop())
    await pushImages(server.host, undefined)
    const { registry } = open(server.host)
    expect(await registry.tags(place(server.host))).toEqual(expect.arrayContaining(['docker', 'oci']))
    expect(await registry.tags(referenceTo(server.host, 'no/such'))).toBeUndefined()
  })

  it('are listed page by page, with credentials, and not from another host', async () => {
    const auth = { scheme: 'bearer', user: 'u', password: 'secret-password' } as const
    const other = await start({ files: { [path]: listOf(['theirs']) } })
    const server = await start({ auth, files: { [path]: listOf(['one', 7, 'two']) } })
    server.fault({ path: /list$/, headers: { link: `<${path}?last=two>; rel="next"` } })
    server.fault({ path: /last=two/, headers: { link: `<http://${other.host}${path}>; rel="next"` } })
    const login = { username: auth.user, password: auth.password }
    const { registry } = open(server.host, { auth: { [server.host]: login } })
    expect(await registry.tags(place(server.host))).toEqual(['one', 'two', 'one', 'two'])
    expect(other.requests).toEqual([])
  })

  it('that lead in a circle end; a page that fails ends the list', async () => {
    const server = await start({ files: { [path]: listOf(['one']) } })
    const { registry } = open(server.host)
    server.fault({ path: /last=x/, status: 500, times: 1 })
    server.fault({ path: /list/, headers: { link: `<${path}?last=x>; rel="next"` } })
    expect(await registry.tags(place(server.host))).toEqual(['one'])
    expect(await registry.tags(place(server.host))).toHaveLength(20)
  })

  it.each([401, 403, 404, 405, 429, 500])(
    'are unknown, at once, where a registry answers %d',
    async status => {
      const server = await start()
      const { registry, retries } = open(server.host)
      server.fault({ path: /list/, status })
      expect(await registry.tags(place(server.host))).toBeUndefined()
      expect(retries).toEqual([])
    },
  )

  it.each([
    ['a page for people', Buffer.from('<html>')],
    ['no list', Buffer.from('{"name":"x"}')],
    ['something else', Buffer.from('{"tags":"one"}')],
    ['null', Buffer.from('null')],
    ['5 MiB', Buffer.alloc(5 * 2 ** 20, ' ')],
  ])('are unknown where it answers %s', async (_, bytes) => {
    const server = await start({ files: { [path]: bytes } })
    expect(await open(server.host).registry.tags(place(server.host))).toBeUndefined()
  })

  it('may be null, as Go writes none', async () => {
    const server = await start({ files: { [path]: listOf(null) } })
    expect(await open(server.host).registry.tags(place(server.host))).toEqual([])
  })

  it('are asked for no longer once it is told to stop', async () => {
    const server = await start({ files: { [path]: listOf([]) } })
    const stopped = AbortSignal.abort(new Error('enough'))
    await expect(open(server.host).registry.tags(place(server.host), stopped)).rejects.toBe(stopped.reason)
  })
})
