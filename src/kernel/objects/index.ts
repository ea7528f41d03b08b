/**
 * Kubernetes objects as charts render them: takes YAML, gives objects and the pods in them, at any depth. Knows no
 * cluster and no chart.
 */
export { isOperatorGroup, servedVersions, versionsIn } from './definitions.ts'
export { type Differences, type FieldChange, fieldChange, fieldChanges } from './field-changes.ts'
export { refreshSeconds } from './go-duration.ts'
export { jsonIn } from './json.ts'
export { type ContainerShape, findPods, type PodShape } from './pods.ts'
export {
  type Counts,
  countsIn,
  fieldsOf,
  isMapping,
  joinPath,
  type Mapping,
  mappingsOf,
  type RenderedObject,
  renderedObjects,
  textsIn,
} from './rendered.ts'
export { isSecretName, isSecretText } from './seems-secret.ts'
