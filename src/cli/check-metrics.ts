import { Errors, Flags } from '@oclif/core'
import type { CheckedSite } from './checked-site.ts'

/** `--metrics`: a file for node_exporter's textfile collector, which reads those alone whose name ends with .prom. */
export const metricsFlag = Flags.custom<string>({
  helpValue: 'FILE.prom',
  async parse(path) {
    if (path.endsWith('.prom')) return path
    throw new Errors.CLIError(
      `${path} is no file for metrics: node_exporter reads those that end with .prom`,
      {
        exit: 2,
      },
    )
  },
})

type Labels = Readonly<Record<string, string>>
interface Sample {
  readonly labels?: Labels
  readonly value: number | undefined
}

/**
 * A check as Prometheus's text format has it (prometheus.io/docs/instrumenting/exposition_formats), by its own rules for
 * names: base units (bytes, cores, seconds) at the end, `_total` for what only grows, a HELP and a TYPE each. Without times
 * of its own: the textfile collector refuses them. `now` is in milliseconds.
 */
export function checkMetrics({ site, ok, verdicts, budget, syncs }: CheckedSite, now: number): string {
  const metrics: string[] = []
  const metric = (name: string, help: string, samples: readonly Sample[], type = 'gauge') => {
    const known = samples.flatMap(({ labels = {}, value }) =>
      value === undefined ? [] : [`sealift_${name}${braces({ site, ...labels })} ${value}\n`],
    )
    if (known.length > 0)
      metrics.push(`# HELP sealift_${name} ${help}\n# TYPE sealift_${name} ${type}\n${known.join('')}`)
  }
  const one = (value: number | undefined): Sample[] => [{ value }]
  const measured = budget.rows.some(row => row.observed)
  const cores = (millicores: number | undefined) => (millicores === undefined ? undefined : millicores / 1000)
  const each = (value: (row: CheckedSite['budget']['rows'][number]) => number | undefined) =>
    budget.rows.map(row => ({
      labels: { chart: row.chart, object: row.object, container: row.container },
      value: value(row),
    }))

  metric('check_success', 'Whether all that was looked at is as it should be.', one(ok ? 1 : 0))
  metric('check_timestamp_seconds', 'When the site was checked last.', one(now / 1000))
  metric(
    'check_verdict_success',
    'Whether one thing that was looked at is as it should be.',
    verdicts.map(verdict => ({ labels: { verdict: verdict.id }, value: verdict.ok ? 1 : 0 })),
  )
  metric('budget_memory_bytes', 'Memory that all pods together may take.', one(budget.budget.memory))
  metric('budget_cpu_cores', 'CPU that all pods together may take.', one(cores(budget.budget.cpu)))
  metric('declared_memory_bytes', 'Memory that all pods together request.', one(budget.declared.memory))
  metric('declared_cpu_cores', 'CPU that all pods together request.', one(cores(budget.declared.cpu)))
  metric('allocatable_memory_bytes', 'Memory that the nodes have for pods.', one(budget.allocatable?.memory))
  metric('allocatable_cpu_cores', 'CPU that the nodes have for pods.', one(cores(budget.allocatable?.cpu)))
  if (measured) {
    metric('observed_memory_bytes', 'Working sets of all pods together.', one(budget.observed.memory))
    metric('observed_cpu_cores', 'CPU that all pods together use.', one(cores(budget.observed.cpu)))
    metric(
      'budget_observed_fits',
      'Whether what is used stays within the budget.',
      one(budget.observedFits ? 1 : 0),
    )
  }
  metric('budget_declared_fits', 'Whether requests stay within the budget.', one(budget.declaredFits ? 1 : 0))
  metric(
    'container_requests_memory_bytes',
    'Memory that a container requests.',
    each(row => row.memory),
  )
  metric(
    'container_limit_memory_bytes',
    'Memory that a container is limited to.',
    each(row => row.limit?.memory),
  )
  metric(
    'container_working_set_bytes',
    'Working set of a container.',
    each(row => row.observed?.memory),
  )
  metric(
    'container_peak_memory_bytes',
    'The most memory that the cgroup of a container has held since it started.',
    each(row => row.peak),
  )
  metric(
    'container_requests_cpu_cores',
    'CPU that a container requests.',
    each(row => cores(row.cpu)),
  )
  metric(
    'container_used_cpu_cores',
    'CPU that a container uses.',
    each(row => cores(row.observed?.cpu)),
  )
  metric(
    'container_restarts_total',
    'How often a container was started anew.',
    each(row => row.restarts),
    'counter',
  )
  metric(
    'container_start_time_seconds',
    'When a container was started last.',
    each(row => (row.since === undefined ? undefined : Date.parse(row.since) / 1000)),
  )
  metric('external_secrets', 'ExternalSecrets of all teams.', one(syncs?.externalSecrets))
  metric(
    'external_secrets_refreshes_per_second',
    'Refreshes that their intervals ask for.',
    one(syncs?.refreshes),
  )
  metric(
    'external_secrets_late_seconds',
    'How long the oldest is beyond its interval.',
    one(syncs && (syncs.late ?? 0)),
  )
  return metrics.join('')
}

const braces = (labels: Labels) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`

/** Values of labels may be any text: a backslash, a quote and a new line are escaped. */
const escaped = (text: string) =>
  text.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)
