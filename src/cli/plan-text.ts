import { bytes, count } from '../kernel/errors/index.ts'
import type { InstallPlan, PlannedObject } from '../site/plan/index.ts'
import { fieldText } from './diff-text.ts'
import { differenceTable } from './tenancy-text.ts'

const signs = { create: '+', change: '~', remove: '-', stays: ' ' } as const

const everyRun =
  'Every install also takes the lease, notes in Sealift’s own records what it does, and sends a secret through, which it takes away again.'

/** What an install would change, for people. */
export function planText(plan: InstallPlan & { readonly file?: string }): string {
  const { bundle, site, kubernetes, equal, releases, objects, nodes, database, infisical, files } = plan
  const head = `${bundle.name} ${bundle.version} on ${site.name}, Kubernetes ${kubernetes.version}\n  bundle   ${bundle.digest}`
  const written =
    plan.file === undefined
      ? []
      : [
          plan.upgrade === undefined
            ? `written to ${plan.file}: sealift install --plan holds to it`
            : `written to ${plan.file}, for the change ticket: sealift upgrade holds to no plan`,
        ]
  if (equal) return [head, 'nothing to change', ...written].join('\n\n')
  const images = nodes.flatMap(({ node, images }) =>
    images.map(image => ({ ...image, name: `${image.name} on ${node}` })),
  )
  const size = nodes.reduce((sum, node) => sum + node.bytes, 0)
  const changed = objects.filter(({ change }) => change !== 'stays')
  const stay = objects.length - changed.length
  const sections = [
    { title: `Images, by ${plan.load}${size === 0 ? '' : `, ${bytes(size)} to load`}`, rows: images },
    { title: 'PostgreSQL', rows: database },
    { title: 'Releases', rows: releases },
    { title: 'Infisical, through its API', rows: infisical },
    { title: 'Files', rows: files },
  ]
  return [
    head,
    ...sections.flatMap(({ title, rows }) =>
      rows.length === 0 ? [] : [`${title}:\n${differenceTable(rows)}`],
    ),
    ...(changed.length === 0 ? [] : [`Kubernetes objects:\n${changed.flatMap(objectLines).join('\n')}`]),
    ...(stay === 0 ? [] : [`as wanted already: ${count(stay, 'object')}`]),
    ...said(`Forbids an upgrade from ${plan.upgrade?.from}`, plan.upgrade?.unfit ?? []),
    ...said(`To be expected of the upgrade from ${plan.upgrade?.from}`, plan.upgrade?.expect ?? []),
    ...said('Migrations that the new server will run', plan.upgrade?.migrations ?? []),
    ...(plan.upgrade === undefined ? [] : downtimeText(plan.upgrade.downtime)),
    ...said('Cannot be told yet', plan.unknown),
    ...said('Would be refused', plan.refused),
    everyRun,
    ...written,
  ].join('\n\n')
}

function said(title: string, sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : [`${title}:\n${sentences.map(one => `  ${one}`).join('\n')}`]
}

function downtimeText({ seconds, from }: NonNullable<InstallPlan['upgrade']>['downtime']): string[] {
  const title =
    seconds === undefined ? 'Downtime to expect' : `Downtime to expect, about ${seconds} s at most`
  return said(title, from)
}

function objectLines({ change, kind, namespace, name, fields, more, note, step }: PlannedObject): string[] {
  const place = namespace === undefined ? name : `${namespace}/${name}`
  const rest = more === 0 ? [] : [`    and ${count(more, 'more field')}`]
  const why = note === undefined ? '' : `, ${note}`
  return [
    `${signs[change]} ${kind} ${place}  (${step}${why})`,
    ...fields.map(field => `    ${fieldText(field)}`),
    ...rest,
  ]
}
