import { toolProgram } from '../../bundle/opening/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import { type EachChart, type Rendered, type Rendering, renderAll } from '../render/index.ts'
import type { Faults } from '../resolve/index.ts'
import { chartName, type ReadSpec, type Resolved } from './parts.ts'

/** Renders the charts with the very helm that travels, if that is there. */
export async function renderWithTool(
  { spec: { kubernetes, apiVersions }, values, helmTool, known }: ReadSpec & Pick<Rendering, 'known'>,
  { tools, charts }: Resolved,
  faults: Faults,
  { files, helmFrom }: ConnectedHost,
  { reporter, signal }: Talk,
): Promise<Rendered[]> {
  const packed = tools.find(({ spec }) => spec === helmTool)
  if (packed === undefined) return []
  const helm = await faults.attempt(helmTool.name, async () =>
    helmFrom(await toolProgram(packed.bytes, helmTool.member)),
  )
  if (helm === undefined) return []
  const each: EachChart = (list, title, work) =>
    faults.attemptEach(reporter, list, title, ({ spec }) => chartName(spec), work)
  try {
    return await renderAll(
      charts,
      { helm, kubernetes, apiVersions, values, files, signal, ...(known && { known }) },
      each,
      reporter,
    )
  } finally {
    await helm.dispose()
  }
}
