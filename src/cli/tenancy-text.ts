import { count } from './index.ts'
import { table } from './table.ts'

interface Difference {
  readonly change: 'create' | 'change'
  readonly kind: string
  readonly name: string
  readonly detail: string
}

const signs = { create: '+', change: '~' } as const

/** What is between a tenancy file and its server, a line a thing. */
export function planText(plan: {
  readonly organization: string
  readonly differences: readonly Difference[]
  readonly otherProjects: readonly string[]
}): string {
  const { organization, differences, otherProjects } = plan
  const others = otherProjects.length
  return [
    differences.length === 0 ? `${organization} is as the file says` : differenceTable(differences),
    ...(others === 0 ? [] : [`not in the file: ${count(others, 'project')} (${otherProjects.join(', ')})`]),
  ].join('\n\n')
}

/** What was done, a line a thing. */
export function appliedText({
  organization,
  changed,
}: {
  readonly organization: string
  readonly changed: readonly Difference[]
}): string {
  return changed.length === 0 ? `${organization} was as the file says already` : differenceTable(changed)
}

function differenceTable(differences: readonly Difference[]): string {
  return table(
    ['', 'what', 'name', 'detail'],
    differences.map(({ change, kind, name, detail }) => [signs[change], kind, name, detail]),
  )
}
