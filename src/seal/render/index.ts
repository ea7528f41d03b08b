/**
 * Rendering: what a chart is on a site.
 * Takes packed charts, a helm, a Kubernetes version, the values files and what the spec says of the site's APIs; gives
 * the objects of an install and of an upgrade, and a sentence for all that they depend on and the spec does not say.
 * Never fetches a chart, asks a cluster, or decides what goes into the lock; writes nothing but packages and probes
 * into a private temporary folder.
 */
export { type BundledChart, type BundledRendering, bundledCharts, renderBundled } from './of-bundle.ts'
export { type Rendered, renderChart } from './render.ts'
export { type EachChart, renderAll } from './render-all.ts'
export type { Rendering } from './rendering.ts'
