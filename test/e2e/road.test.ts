import { describe } from 'vitest'
import { audited } from './audited.ts'
import { bundle } from './bundle.ts'
import { deleted } from './deleted.ts'
import { handed } from './handed.ts'
import { installed } from './installed.ts'
import { sides } from './journey.ts'
import { migrated } from './migrated.ts'
import { oneStore } from './one-store.ts'
import { refused } from './refused.ts'
import { removed } from './removed.ts'

// One bundle and one site, one story, told in order: built and looked at, carried, refused for good reasons,
// installed, judged, mended, given to teams, removed, installed again, purged.
const { sandbox, arrive } = sides()
describe('the bundle', () => bundle(sandbox))
describe('at the site', () => {
  const site = arrive()
  describe('refused before the first change', () => refused(site))
  describe('installed', () => installed(site))
  describe('audited', () => audited(site))
  describe('with one thing deleted', () => deleted(site))
  describe('with one store for all teams', () => oneStore(site))
  describe('handed to the teams', () => handed(site))
  describe('with files of sops emptied', () => migrated(site))
  describe('removed', () => removed(site))
})
