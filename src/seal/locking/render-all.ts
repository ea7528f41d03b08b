import { count } from '../../kernel/errors/index.ts'
import type { Reporter } from '../../kernel/ports/index.ts'
import type { ResolvedChart } from '../resolve/index.ts'
import type { Faults } from './faults.ts'
import { lookingUp } from './lookups.ts'
import { chartName } from './parts.ts'
import { type Rendered, renderChart } from './render.ts'
import type { Rendering } from './rendering.ts'
import { unanswered } from './unanswered.ts'

/**
 * Renders charts one after the other, each a step that people see, and tells what of the site their rendering depends on
 * that the spec does not say. Gives those that can be rendered; what fails is told to `faults`.
 */
export async function renderAll(
  charts: readonly ResolvedChart[],
  rendering: Omit<Rendering, 'folder'>,
  faults: Faults,
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
    const all = await faults.attemptEach(reporter, charts, title, ({ spec }) => chartName(spec), render)
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
  return `chart ${chart}: ${count(templates.length, 'template')} look up what is in the cluster, and are rendered as on an empty one: ${which}`
}
