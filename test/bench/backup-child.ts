/**
 * `node backup-child.mjs HOW JSON`: does what backup-work.ts can do, told by a `Given` in JSON. A process of its own, as
 * tenancy-child.ts is.
 */
import { streamWell } from '../../src/cli/streaming.ts'

streamWell('backup')
const { work } = await import('./backup-work.ts')
const [how = '', json = ''] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await work(how, JSON.parse(json))))
