import { type Explained, type ExplainedContainer, type FigureChange, figureName } from './explained.ts'

/** What differs between two budgets, figure by figure, and what made it so: versions of charts, and places of values. */
export function changesSince(before: Explained, after: Explained): FigureChange[] {
  const keyOf = ({ chart, object, container, init }: ExplainedContainer) =>
    JSON.stringify([chart, object, container, init])
  const [old, now] = [before, after].map(
    ({ containers }) => new Map(containers.map(one => [keyOf(one), one])),
  )
  const keys = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort()
  return keys.flatMap(key => {
    const [was, is] = [old?.get(key), now?.get(key)]
    const some = is ?? was
    if (some === undefined) return []
    const { chart, object, container } = some
    return figureName.options.flatMap((figure): FigureChange[] => {
      const [a, b] = [was?.[figure], is?.[figure]]
      if (a === b) return []
      return [
        {
          ...{ chart, object, container, figure },
          ...(a === undefined ? {} : { before: a }),
          ...(b === undefined ? {} : { after: b }),
          why: why(chart, figure, { before, after }, { was, is }),
        },
      ]
    })
  })
}

function why(
  chart: string,
  figure: FigureChange['figure'],
  { before, after }: { readonly before: Explained; readonly after: Explained },
  { was, is }: { readonly was: ExplainedContainer | undefined; readonly is: ExplainedContainer | undefined },
): string[] {
  const versionIn = ({ charts }: Explained) => charts.find(({ name }) => name === chart)?.version
  const [from, to] = [versionIn(before), versionIn(after)]
  const placeIn = (one: ExplainedContainer | undefined) =>
    one?.origins?.find(origin => origin.figure === figure)?.words
  const [a, b] = [placeIn(was), placeIn(is)]
  return [
    ...(was === undefined ? ['the container is new'] : is === undefined ? ['the container is gone'] : []),
    ...(from === to ? [] : [`chart ${chart} ${from ?? 'was not there'} → ${to ?? 'is gone'}`]),
    ...(a !== undefined && b !== undefined && a !== b ? [`set by ${a} before, by ${b} now`] : []),
    ...(b !== undefined && (a === b || a === undefined) ? [`set by ${b}`] : []),
  ]
}
