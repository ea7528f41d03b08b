import { entriesOf, twice } from '../fields/index.ts'

/** Names that occur twice where they must be unique: charts, releases of a namespace, tools of a platform. */
export function clashes(raw: unknown): string[] {
  const charts = entriesOf(raw, 'charts')
  const tools = entriesOf(raw, 'tools')
  return [
    ...twice(charts, 'charts', 'name', ({ name }) => text(name)),
    ...twice(charts, 'charts', 'release', ({ release, namespace }) => {
      return text(release) && text(namespace) && `${text(release)} in namespace ${text(namespace)}`
    }),
    ...twice(tools, 'tools', 'name', ({ name, platform }) => {
      return text(name) && `${text(name)} for ${text(platform) ?? 'linux/amd64'}`
    }),
  ]
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
