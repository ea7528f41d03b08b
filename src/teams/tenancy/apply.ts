import { messageOf, SealiftError } from '../../kernel/errors/index.ts'
import type { TenancyServer } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { type Action, described } from './action.ts'
import type { Observed } from './observe.ts'

/** What the server calls the environments that it makes itself; another one is called by its slug. */
const environmentNames: Readonly<Record<string, string>> = {
  dev: 'Development',
  staging: 'Staging',
  prod: 'Production',
}

/** What doing needs. */
export interface Applying {
  readonly server: TenancyServer
  readonly pace: Pace
  readonly observed: Observed
  /** Told of each action when it is done. */
  readonly done: (action: Action) => void
}

/**
 * Does what a difference says. Projects go on beside one another, and so do a project's environments; within one,
 * folders are made one after the other, for two may have the same one above them. The first failure is the end: what was
 * begun is finished, nothing else is sent.
 * @throws SealiftError SERVER_FAILED that names the thing which could not be made
 */
export async function applyActions(actions: readonly Action[], applying: Applying): Promise<void> {
  const byProject = Map.groupBy(actions, ({ project }) => project)
  await allEnded([...byProject].map(([slug, all]) => applyToProject(slug, all, applying)))
}

async function applyToProject(slug: string, actions: readonly Action[], applying: Applying): Promise<void> {
  let id = applying.observed.projects.get(slug)?.id ?? ''
  const [first, later] = [
    actions.filter(isBase),
    Map.groupBy(actions.filter(isFolder), action => action.environment),
  ]
  for (const action of first) id = await carryOut(action, id, applying)
  const inEnvironment = async (folders: readonly Action[]) => {
    for (const action of folders) await carryOut(action, id, applying)
  }
  await allEnded([...later.values()].map(inEnvironment))
}

const isFolder = (action: Action) => action.kind === 'folder'
const isBase = (action: Action) => !isFolder(action)

/** Does one thing; gives its project's id. */
async function carryOut(action: Action, id: string, { server, pace, done }: Applying): Promise<string> {
  const act = async (): Promise<string> => {
    switch (action.kind) {
      case 'project': {
        const { kind: _, change: __, project, ...rest } = action
        if ('defaultEnvironments' in rest) return (await server.createProject({ slug: project, ...rest })).id
        await server.changeProject(id, rest)
        return id
      }
      case 'environment': {
        const { environment } = action
        await server.createEnvironment(id, environmentNames[environment] ?? environment, environment)
        return id
      }
      case 'folder':
        await server.createFolder(id, action.environment, action.path)
        return id
    }
  }
  const result = await pace.change(async () => {
    try {
      return await act()
    } catch (error) {
      throw naming(action, error)
    }
  })
  done(action)
  return result
}

function naming(action: Action, error: unknown): unknown {
  if (!(error instanceof SealiftError)) return error
  const { kind, name } = described(action)
  return new SealiftError(error.code, `${kind} ${name}: ${messageOf(error)}`, {
    hints: error.hints,
    faults: error.faults,
    cause: error.cause,
  })
}

/** Waits for all, whatever becomes of each. @throws what the first one that failed did */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
