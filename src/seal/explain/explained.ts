import * as z from 'zod'

const amount = z.strictObject({ memory: z.number(), cpu: z.number() })

/** What can be asked for or bounded of a container, and how many pods have it. */
export const figureName = z.enum(['memory', 'cpu', 'memoryLimit', 'cpuLimit', 'replicas'])
export type FigureName = z.infer<typeof figureName>

/**
 * Where a figure is set: in a values file of the bundle, in the chart's own values, or in its template, which no value
 * changes.
 */
const origin = z.strictObject({
  figure: figureName,
  in: z.enum(['values', 'chart', 'template']),
  /** Path of the values file. */
  file: z.string().exactOptional(),
  /** Path of the value in it. */
  value: z.string().exactOptional(),
  /** All of that for people. */
  words: z.string(),
})
export type Origin = z.infer<typeof origin>

/** One container. Memory in bytes, CPU in millicores, of all its pods together. */
const explainedContainer = amount.extend({
  chart: z.string(),
  object: z.string(),
  container: z.string(),
  init: z.boolean(),
  replicas: z.number(),
  memoryLimit: z.number().exactOptional(),
  cpuLimit: z.number().exactOptional(),
  /** Path of the container in its object; where the charts were rendered. */
  field: z.string().exactOptional(),
  /** Whether it runs at rest, or comes and goes: those are not in the sum. */
  span: z.enum(['steady', 'temporary']).exactOptional(),
  origins: z.array(origin).exactOptional(),
})
export type ExplainedContainer = z.infer<typeof explainedContainer>

/** A figure that differs, and what made it: the other version of a chart, or another value. */
export const figureChange = z.strictObject({
  chart: z.string(),
  object: z.string(),
  container: z.string(),
  figure: figureName,
  /** Bytes, millicores or pods; absent where there was or is no such container, or no such limit. */
  before: z.number().exactOptional(),
  after: z.number().exactOptional(),
  why: z.array(z.string()),
})
export type FigureChange = z.infer<typeof figureChange>

/** Where each part of a budget comes from. */
export const explainedBudget = z.strictObject({
  budget: amount,
  declared: amount,
  /** What Jobs and hooks take while they run, and what a rolling update adds; where the charts were rendered. */
  temporary: amount.exactOptional(),
  surge: amount.exactOptional(),
  charts: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  containers: z.array(explainedContainer),
})
export type Explained = z.infer<typeof explainedBudget>
