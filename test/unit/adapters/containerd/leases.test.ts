/** Whose leases are whose: those of killed loads are told from those of living ones and of other programs. */
import { expect, test } from 'vitest'
import { leftLeases } from '../../../../src/adapters/containerd/leases.ts'
import { parseLeases } from '../../../../src/adapters/containerd/table.ts'

const gone = '5bce98f7-71dde7bd-4026531836-5634-126934'
const alive = '5bce98f7-71dde7bd-4026531836-5700-130000'
const day = 'containerd.io/gc.expire=2026-11-30T16:40:11Z'
const isGone = async (mark: string) => mark === gone

const left = async (...lines: string[]) =>
  (await leftLeases(parseLeases(['ID CREATED AT LABELS ', ...lines].join('\n')), isGone)).map(({ id }) => id)
const at = (time: string) => `2026-11-29T${time}Z`

test.each(['11', '14'])(
  'what a killed import has left: ctr’s lease at second %s, then the marker',
  async second => {
    const marker = `sealift-import-${gone}-3fc0faba`
    expect(
      await left(
        `61497546-4HdM ${at('16:40:10')} ${day}`,
        `${marker} ${at('16:40:11')} ${day}`,
        `61497547-4HdM ${at(`16:40:${second}`)} ${day}`,
        `61497548-4Hd_ ${at('16:40:15')} ${day}`,
      ),
    ).toEqual(['61497547-4HdM', marker])
  },
)

test.each(['11', '12', '14'])('none of two when somebody else’s pull began at second %s', async second => {
  const marker = `sealift-import-${gone}-3fc0faba`
  expect(
    await left(
      `${marker} ${at('16:40:11')} ${day}`,
      `61497547-4HdM ${at('16:40:11')} ${day}`,
      `61497548-4Hd_ ${at(`16:40:${second}`)} ${day}`,
    ),
  ).toEqual([marker])
})

test.each([
  ['was made before', `61497547-4HdM ${at('16:40:10')} ${day}`],
  ['was made more than three seconds after', `61497547-4HdM ${at('16:40:15')} ${day}`],
  ['does not end by itself', `61497547-4HdM ${at('16:40:12')} -`],
  ['somebody has named', `k3s ${at('16:40:12')} ${day}`],
  ['was named by a label', `other ${at('16:40:12')} sealift-import-${gone}-3fc0faba=61497547-4HdM,${day}`],
])('of a killed import none that %s', async (_, line) => {
  const marker = `sealift-import-${gone}-3fc0faba`
  expect(await left(line, `${marker} ${at('16:40:11')} ${day}`)).toEqual([marker])
})

test('nothing of an import that runs, also right after one that was killed', async () => {
  const running = [
    `sealift-import-${alive}-00000001 ${at('16:40:30')} ${day}`,
    `99-abcd ${at('16:40:31')} ${day}`,
  ]
  expect(await left(...running)).toEqual([])
  const dead = `sealift-import-${gone}-00000001`
  expect(await left(`${dead} ${at('16:40:29')} ${day}`, ...running)).toEqual([dead])
  const killed = [
    `sealift-import-${gone}-00000002 ${at('16:40:10')} ${day}`,
    `98-abcd ${at('16:40:10')} ${day}`,
  ]
  expect(await left(...killed, ...running)).toEqual(['98-abcd', `sealift-import-${gone}-00000002`])
})

test('what a killed unpacking has left bears its folder’s name', async () => {
  const folder = (mark: string) => `/var/tmp/sealift-unpack-${mark}-Ab3_dE`
  expect(
    await left(
      `${folder(gone)} ${at('16:40:11')} ${day},containerd.io/gc.ref.snapshot.overlayfs=${folder(gone)}`,
      `${folder(alive)} ${at('16:40:11')} ${day}`,
      `/mnt/sealift-unpack-mine ${at('16:40:11')} ${day}`,
    ),
  ).toEqual([folder(gone)])
})
