/** One site on a disconnected cluster, with a real PostgreSQL, and two bundles: installs that fail first, then upgrades. */
import { afterAll, beforeAll, describe } from 'vitest'
import { clusterPackages } from '../../support/cluster/index.ts'
import { aptInstall } from '../../support/packages.ts'
import { type SandboxPair, startSandboxPair } from '../../support/sandbox.ts'
import { servicePackages } from '../../support/services.ts'
import { FailingSite } from './failing-site.ts'
import { failures } from './failures.ts'
import { upgrades } from './upgrades.ts'

let failing: FailingSite
let bundles: SandboxPair

beforeAll(async () => {
  await aptInstall([...clusterPackages, ...servicePackages, 'libfaketime'], line => console.error(line))
  failing = await FailingSite.start(async () => {
    bundles = await startSandboxPair()
    return { ...bundles, bundle: bundles.older }
  })
})
afterAll(() => failing?.stop())

describe('an install', () => failures(() => failing))
describe('an upgrade', () =>
  upgrades(
    () => failing,
    () => bundles,
  ))
