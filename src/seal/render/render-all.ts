import { count } from '../../kernel/errors/index.ts'
import type { Reporter } from '../../kernel/ports/index.ts'
import type { ResolvedChart } from '../resolve/index.ts'
import { lookingUp } from './lookups.ts'
import { type Rendered, renderChart } from './render.ts'
import type { Rendering } from './rendering.ts'
import { unanswered } from './unanswered.ts'

/** Does work on charts, each under its title; gives what came of it, in their order. */
export type EachChart = (
  charts: readonly ResolvedChart[],
  title: (chart: ResolvedChart) => string,
  work: (chart: ResolvedChart) => Promise<Rendered>,
) => Promise<Rendered[]>

/**
 * Renders charts, and tells at the end what of the site their rendering depends on that the spec does not say. What
 * becomes of one that cannot be rendered (RENDER_FAILED, SPEC_INVALID) is the word of `eachChart`.
 * @throws what `eachChart` throws
 */
export async function renderAll(
  charts: readonly ResolvedChart[],
  rendering: Omit<Rendering, 'folder'>,
  eachChart: EachChart,
  reporter: Reporter,
): Promise<Rendered[]> {
  const folder = await rendering.files.temporary('sealift-lock-')
  try {
    const title = ({ spec }: ResolvedChart) => `Render ${spec.name}`
    const told: (() => void)[] = []
    const render = async (chart: ResolvedChart) => {
      const { name } = chart.spec
      const rendered = await renderChart(chart, { ...rendering, folder: folder.path })
      for (const sentence of await unanswered(name, rendered)) told.push(() => reporter.warn(sentence))
      if (rendered.noUpgrade !== undefined) {
        const why = [rendered.noUpgrade.message, ...rendered.noUpgrade.hints].join(': ')
        told.push(() =>
          reporter.warn(`chart ${name}: what only an upgrade renders is not looked at, for ${why}`),
        )
      }
      const templates = lookingUp(rendered.texts, rendered.yaml)
      if (templates.length > 0) told.push(() => reporter.note(looks(name, templates)))
      return rendered
    }
    const all = await eachChart(charts, title, render)
    for (const tell of told) tell()
    return all
  } finally {
    await folder.dispose()
  }
}

const named = 5

function looks(chart: string, templates: readonly string[]): string {
  const rest = templates.length > named ? `, and ${templates.length - named} more` : ''
  const which = `${templates.slice(0, named).join(', ')}${rest}`
  return `chart ${chart}: ${count(templates.length, 'template looks', 'templates look')} up what is in the cluster, rendered as on an empty one: ${which}`
}
