import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import { checkYaml, printYaml } from '../../kernel/yaml/index.ts'
import { type InstallPlan, installPlan } from './shape.ts'

const head =
  '# Written by `sealift plan`. What an install would change on this site; `install --plan` holds to it. No secret is in it.\n'

/** A plan as canonical YAML: keys in the order of the schema. {@link parsePlan} of it gives the same plan. */
export function printPlan(plan: InstallPlan): string {
  return head + printYaml(installPlan.parse(plan))
}

/** Reads the file of a plan. @throws SealiftError PLAN_INVALID, FILE_FAILED */
export async function readPlan(path: string, files: Pick<Files, 'readText'>): Promise<InstallPlan> {
  return parsePlan(await files.readText(path), path)
}

/** Reads a plan file; `fileName` is for messages. @throws SealiftError PLAN_INVALID with its faults */
export function parsePlan(text: string, fileName: string): InstallPlan {
  const checked = checkYaml(text, installPlan)
  if (checked.value !== undefined) return checked.value
  throw new SealiftError(
    'PLAN_INVALID',
    `${printable(fileName)} is no plan that this version of Sealift reads`,
    {
      faults: (checked.faults ?? []).slice(0, 50),
      hints: ['Make it anew: sealift plan BUNDLE -c site.yaml -o FILE'],
    },
  )
}
