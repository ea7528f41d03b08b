/**
 * Whether one version may follow another: takes what is installed, a cluster, and the new bundle as it renders here; gives
 * what was seen of each rule, whether it forbids the upgrade, and what to do. Also stores objects anew in the version that
 * their definition has by now. Of PostgreSQL it knows whether Infisical's database can be copied, and nothing in it. It never judges whether a bundle is older.
 */
export { type CompatibilityRequest, compatibility, refuseUnfit } from './compatibility.ts'
export { canStoreAnew, lostVersions } from './definitions.ts'
export { type ExpectedDowntime, expectedDowntime } from './downtime.ts'
export type { Finding } from './finding.ts'
export { type InstalledRelease, provenRevision } from './releases.ts'
export { definitionsOf, type RenderedChart, type Rendering, renderChart } from './rendered.ts'
export { cleanStoredVersions } from './stored-anew.ts'
export { judgeWayBack, type WayBack } from './way-back.ts'
