import { bytes } from '../../../kernel/errors/index.ts'
import { requireRuntime } from '../../gate/index.ts'
import { requireBase, requireRoom } from '../../load/index.ts'
import { ok, warning } from '../../preflight/index.ts'
import type { Grounds } from './grounds.ts'
import { type Check, ground } from './looking.ts'

/** What is asked of the way by which images come to the nodes. */
export function loadChecks({ host, opened, cluster }: Grounds): Check[] {
  const group = 'nodes'
  const runtime = ground('load/way', 'the way by which images come', async () => {
    await cluster.need()
    return requireRuntime(host)
  })
  return [
    {
      ...{ id: 'load/way', group, title: 'How images come to the nodes' },
      async look() {
        const images = await (await runtime.own()).images()
        return ok(`by containerd on this machine, which has ${images.length} names of images`)
      },
    },
    {
      ...{ id: 'load/room', group, title: 'Room for the images there' },
      async look() {
        const [bundle, there] = await Promise.all([opened.need(), runtime.need()])
        const { content, unpacked, free } = await requireRoom(there, bundle, host.platform)
        if (content === 0) return ok('all images are there')
        const room = free === undefined ? '' : `, ${bytes(free)} are free`
        const seen = `${bytes(content)} to load, about ${bytes(unpacked)} more unpacked${room}`
        if (free === undefined || content + unpacked <= free) return ok(seen)
        return warning(`the images may not fit: ${seen}`, 'free some space there: crictl rmi --prune')
      },
    },
    {
      ...{ id: 'load/base', group, title: 'What a delta builds on' },
      async look() {
        const bundle = await opened.need()
        if (bundle.absent.length === 0) return ok('the bundle is whole by itself')
        const there = await requireBase(await runtime.need(), bundle, host.platform)
        return ok(`${there} of its layers are on this node`)
      },
    },
  ]
}
