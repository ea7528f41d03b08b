import { coerce, major, minor, parse, type SemVer, satisfies, validRange } from 'semver'
import { printable } from '../../kernel/errors/index.ts'
import { type Found, fault, ok, together, warning } from './found.ts'

/** A chart, and the versions of Kubernetes that it says it is for (`kubeVersion` of Chart.yaml). */
export interface ChartRange {
  readonly name: string
  readonly range?: string
}

/** What a cluster's version is held to. */
export interface VersionNeeds {
  /** As the API server says it: `v1.36.3+k3s1`. */
  readonly version: string
  /** The version that the bundle's charts were rendered for: `1.36.0`. */
  readonly rendered: string
  readonly charts: readonly ChartRange[]
}

// CRDs of External Secrets Operator hold rules in CEL (x-kubernetes-validations), which older servers drop in silence.
const oldest = '1.25.0'

/** Whether a cluster's version is one that the bundle was made for. */
export function judgeVersion({ version, rendered, charts }: VersionNeeds): Found {
  const here = parse(version) ?? coerce(version)
  const shown = printable(version)
  if (here === null) return fault(`${shown} is no version that can be compared`, 'is this a Kubernetes API?')
  const bare = `${here.major}.${here.minor}.${here.patch}`
  const findings = charts.flatMap(chart => rangeFault(chart, bare) ?? [])
  if (here.compare(oldest) < 0)
    findings.push(
      fault(
        `${shown} is older than ${oldest}, the oldest that works`,
        'upgrade Kubernetes, a minor at a time',
      ),
    )
  else findings.push(...otherMinor(here, shown, rendered))
  return together(findings, ok(`${shown}; the charts were rendered for ${rendered}`))
}

/** What a chart renders to depends on the version that it is rendered for, to the minor. */
function otherMinor(here: SemVer, shown: string, rendered: string): Found[] {
  if (here.major === major(rendered) && here.minor === minor(rendered)) return []
  return [
    warning(
      `${shown} is another minor than ${rendered}, for which the charts were rendered: images or objects may be other ones`,
      `set kubernetes in bundle.yaml to the site's version, lock and build again`,
    ),
  ]
}

function rangeFault({ name, range }: ChartRange, version: string): Found | undefined {
  if (range === undefined || range.trim() === '') return undefined
  const shown = `chart ${printable(name)} is for Kubernetes ${printable(range)}`
  const accepted = accepts(range, version)
  if (accepted === undefined)
    return warning(`${shown}, which cannot be read as a range`, 'see Chart.yaml of the chart, kubeVersion')
  if (accepted) return undefined
  return fault(
    `${shown}, and this is ${version}`,
    'take a bundle with a version of the chart that is for this one',
  )
}

/**
 * Whether a range of helm's has a version; nothing where it cannot be read. Helm goes by the version alone, without what is
 * behind `-` or `+` (pkg/chart/common/capabilities.go), and its ranges know "and" as a comma, `!=`, `=<` and `=>` besides
 * (github.com/Masterminds/semver): npm's do not.
 */
function accepts(range: string, version: string): boolean | undefined {
  let readable = true
  const found = range.split('||').map(part => {
    const excluded: string[] = []
    const rest = part
      .replaceAll(',', ' ')
      .replaceAll('=<', '<=')
      .replaceAll('=>', '>=')
      .replace(/!=\s*(\S+)/g, (_, one: string) => {
        excluded.push(one)
        return ''
      })
    const parts = [rest, ...excluded].map(one => validRange(one))
    readable &&= parts.every(one => one !== null)
    const [own, ...others] = parts.map(one => satisfies(version, one ?? '', { includePrerelease: true }))
    return own === true && !others.some(Boolean)
  })
  return readable ? found.some(Boolean) : undefined
}
