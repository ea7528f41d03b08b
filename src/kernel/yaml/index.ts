/**
 * The one door to YAML: the core schema of YAML 1.2 with merge keys, as Helm reads it. `printYaml` sorts
 * nothing by itself and never folds lines, so that diffs stay small. `checkYaml` holds a document to a
 * schema and lists all its faults, with the known name that a misspelt one is nearest to.
 */
export { checkYaml } from './check.ts'
export { nearest } from './nearest.ts'
export { parseAllYaml, parseYaml, printYaml } from './yaml.ts'
