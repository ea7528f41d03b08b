/**
 * `node backup-child.mjs HOW JSON`: does what backup-work.ts can do, told by a `Given` in JSON. A process of its own, as
 * tenancy-child.ts is.
 */
import { setFlagsFromString } from 'node:v8'

// As cli/start.ts does: before the program is loaded, which makes the young generation grow.
setFlagsFromString('--semi-space-growth-factor=1')
const { work } = await import('./backup-work.ts')
const [how = '', json = ''] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await work(how, JSON.parse(json))))
