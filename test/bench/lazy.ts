/** What only some trials need, made when the first of them asks for it. */
import { startContainerd } from '../support/containerd.ts'
import { type InstallBench, installBench } from './install.ts'
import { type Link, makeFar, makeLink } from './link.ts'
import { compileChild, loadWords } from './load.ts'
import { migrateBench } from './migrate.ts'
import type { Stage } from './stage.ts'
import { type Started, startBench } from './start.ts'
import { type TenancyBench, tenancyBench } from './tenancy.ts'
import { type DatabaseBench, databaseBench, wayBackBench } from './way-back.ts'

/** The link, a containerd, and a server. */
export interface Lazy {
  link(): Promise<Link>
  /** The registry, 40 ms away. */
  far(): Promise<Link>
  /** The socket of a containerd that has every image of the full bundle. */
  containerd(): Promise<string>
  /** A server that tenancies are made on. */
  tenancy(): Promise<TenancyBench>
  /** A disconnected cluster with the services of a site, and a bundle for it. */
  install(): Promise<InstallBench>
  /** The same as `tenancy`, with a project that secrets are brought to. */
  migrate(): Promise<TenancyBench>
  /** The executable, and what it is started on. */
  start(): Promise<Started>
  /** A database of 1 GB. */
  wayBack(): Promise<DatabaseBench>
  /** An empty one, whose dump a program prints. */
  archive(): Promise<DatabaseBench>
}

/** Makes each once; `closing` gets what ends it again. */
export function lazily(stage: Stage, closing: (() => Promise<unknown>)[], log: (line: string) => void): Lazy {
  let install: Promise<InstallBench> | undefined
  let link: Promise<Link> | undefined
  let far: Promise<Link> | undefined
  let containerd: Promise<string> | undefined
  let tenancy: Promise<TenancyBench> | undefined
  let migrate: Promise<TenancyBench> | undefined
  let started: Promise<Started> | undefined
  let wayBack: Promise<DatabaseBench> | undefined
  let archive: Promise<DatabaseBench> | undefined
  const server = () => {
    tenancy ??= tenancyBench(stage, closing)
    return tenancy
  }
  const start = async () => {
    // Debian's: load-child.ts has its ctr, and RESULTS.md was measured on it.
    const { address, stop } = await startContainerd(1)
    closing.push(stop)
    await compileChild(stage)
    await stage.measure([stage.build('full'), loadWords(stage, address)])
    return address
  }
  return {
    link: () => {
      link ??= makeLink(stage.host, stage.dir, closing)
      return link
    },
    far: () => {
      far ??= makeFar(stage.host, stage.dir, closing)
      return far
    },
    containerd: () => {
      containerd ??= start()
      return containerd
    },
    tenancy: server,
    start: () => {
      started ??= startBench(stage, closing)
      return started
    },
    wayBack: () => {
      wayBack ??= wayBackBench(stage, closing, log)
      return wayBack
    },
    archive: () => {
      archive ??= databaseBench(stage, closing)
      return archive
    },
    install: () => {
      install ??= installBench(stage, closing, log)
      return install
    },
    migrate: () => {
      migrate ??= server().then(started => migrateBench(stage, started))
      return migrate
    },
  }
}
