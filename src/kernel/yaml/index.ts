/**
 * The one door to YAML: the core schema of YAML 1.2 with merge keys for what is ours, `parseManifests` for what is
 * written for helm, Kubernetes or K3s, as their own readers take it. `printYaml` sorts nothing by itself and never folds lines, so that diffs stay small; `printJson` is for
 * readers of any YAML. `checkYaml` holds a document to a schema and lists all its faults, with the known name that a
 * misspelt one is nearest to. `parseWritten` and `parseWrittenJson` count nothing: every scalar is the text that it is.
 * `yamlPlaces` says where in a text each value is, for whoever changes a few characters of what others wrote and nothing
 * else.
 */
export { checkYaml, syntaxFault } from './check.ts'
export { printJson } from './json.ts'
export { nearest } from './nearest.ts'
export { type MappingPlace, type ScalarPlace, type YamlPlace, yamlPlaces } from './places.ts'
export {
  parseWritten,
  type Written,
  type WrittenEntry,
  type WrittenMapping,
  type WrittenScalar,
} from './written.ts'
export { parseWrittenJson } from './written-json.ts'
export { parseManifests, parseYaml, printYaml } from './yaml.ts'
