import { describe } from 'vitest'
import { installed } from './installed.ts'
import { journey } from './journey.ts'
import { refused } from './refused.ts'
import { removed } from './removed.ts'

// One site, one story, told in order: refused for good reasons, installed, judged, removed, installed again, purged.
const site = journey()
describe('refused before the first change', () => refused(site))
describe('installed', () => installed(site))
describe('removed', () => removed(site))
