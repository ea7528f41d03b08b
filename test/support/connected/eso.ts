/** External Secrets Operator: its real chart and image, out of its Go module. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubernetesObject } from '../../../src/kernel/ports/index.ts'
import { parseManifests } from '../../../src/kernel/yaml/index.ts'
import { goTool } from '../tools/build.ts'
import { goModule } from '../tools/module.ts'
import { layer } from './blobs.ts'
import { type Chart, type ChartFile, chartFiles, packageChart } from './chart.ts'
import { type Image, image } from './image.ts'
import { base } from './rootfs.ts'

/** The version of chart and image; the image's tag has a `v` before it. */
export const esoVersion = '0.20.4'
/** The one that a site has before it is upgraded to the other. */
export const olderEsoVersion = '0.19.2'
/** A version that there are a module and a program of. */
type EsoVersion = typeof esoVersion | typeof olderEsoVersion
const tools = { [esoVersion]: 'eso', [olderEsoVersion]: 'eso-older' } as const
const moduleName = 'github.com/external-secrets/external-secrets'

async function moduleDir(version: EsoVersion): Promise<string> {
  const cwd = join(import.meta.dirname, '..', 'tools', tools[version])
  return await goModule(moduleName, cwd)
}

/** One CRD as a template, with the conditions that upstream's release puts around it (hack/helm.generate.sh). */
function crdTemplate(crd: string): ChartFile {
  const singular = /^ {4}singular: (\S+)$/m.exec(crd)?.[1]
  const kind = /^ {4}kind: (\S+)$/m.exec(crd)?.[1]
  if (!singular || !kind) throw new Error('the CRD bundle holds something that is no CRD')
  const own = kind.includes('Cluster') || kind.includes('PushSecret')
  const condition = own ? `and (.Values.installCRDs) (.Values.crds.create${kind})` : '.Values.installCRDs'
  const extra =
    '  annotations:\n    {{- with .Values.crds.annotations }}\n    {{- toYaml . | nindent 4 }}\n    {{- end }}'
  const text = crd.replaceAll('{{', '{{ "{{" }}').replace('  annotations:', extra).trim()
  return { path: `templates/crds/${singular}.yaml`, content: `{{- if ${condition} }}\n${text}\n{{- end }}\n` }
}

/** Chart.yaml with the released version and without the dependency, which is off by default and not to be had here. */
function released(chartYaml: string, version: EsoVersion): string {
  return chartYaml
    .replace(/^version: .*$/m, `version: "${version}"`)
    .replace(/^appVersion: .*$/m, `appVersion: "v${version}"`)
    .replace(/^dependencies:\n(?:[ -].*\n?)*/m, '')
}

/**
 * Asks pods for the first time after a second whether they are ready, where upstream's are asked after twenty, at every start;
 * one that does not answer is unready after fifteen seconds as there.
 */
function askedSooner(template: string): string {
  return template.replace(
    /^( +)initialDelaySeconds: 20\n +periodSeconds: 5$/gm,
    '$1initialDelaySeconds: 1\n$1periodSeconds: 1\n$1failureThreshold: 15',
  )
}

/** ESO's CRDs as a cluster takes them whose webhook converts nothing. */
export async function esoCrds(): Promise<KubernetesObject[]> {
  const yaml = await readFile(join(await moduleDir(esoVersion), 'deploy/crds/bundle.yaml'), 'utf8')
  return (parseManifests(yaml) as KubernetesObject[]).map(crd => {
    const { conversion: _, ...spec } = crd['spec'] as { conversion?: unknown }
    return { ...crd, spec }
  })
}

/** ESO's chart as its release has it, with the CRDs as templates, which the source tree lacks; its pods are asked sooner. */
export async function esoChart(version: EsoVersion = esoVersion): Promise<Chart> {
  const dir = await moduleDir(version)
  const ignored =
    /^(ci|tests)\/|^Chart\.lock$|^README\.md\.gotmpl$|^\.helmignore$|^templates\/crds\/README\.md$/
  const files = (await chartFiles(join(dir, 'deploy/charts/external-secrets'))).filter(
    file => !ignored.test(file.path),
  )
  const crds = (await readFile(join(dir, 'deploy/crds/bundle.yaml'), 'utf8')).split(/^---\n/m)
  return packageChart([
    ...files.map(({ path, content }) => {
      if (path === 'Chart.yaml') return { path, content: released(`${content}`, version) }
      return { path, content: path.endsWith('-deployment.yaml') ? askedSooner(`${content}`) : content }
    }),
    ...crds.filter(crd => crd.trim()).map(crdTemplate),
  ])
}

/** ESO's image: the one program, static, run as nobody like upstream's. */
export async function esoImage(version: EsoVersion = esoVersion): Promise<Image> {
  const source = await goTool(tools[version])
  const program = await layer([{ path: 'bin/external-secrets', mode: 0o755, source }])
  return image([await layer(base()), program], {
    Entrypoint: ['/bin/external-secrets'],
    User: '65534',
  })
}
