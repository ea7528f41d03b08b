/** What an SBOM says in short. */
export interface Summary {
  /** `SPDX 2.3`, `CycloneDX 1.6`. */
  readonly format: string
  /** Absent where the format is not looked into. */
  readonly packages?: number
  /** Every licence expression in it, sorted. */
  readonly licences: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

// What a document may make us print.
const mostLicences = 1000
const longestLicence = 300

/** The short form of a document. @throws Error for one that is neither SPDX 2 nor CycloneDX */
export function summaryOf(document: Fields): Summary {
  const { spdxVersion, bomFormat, specVersion } = document
  if (typeof spdxVersion === 'string' && /^SPDX-\d{1,3}\.\d{1,3}$/.test(spdxVersion)) {
    const packages = objects(document['packages'])
    return {
      format: spdxVersion.replace('-', ' '),
      packages: packages.length,
      licences: listed(packages.map(spdxLicence)),
    }
  }
  if (
    bomFormat === 'CycloneDX' &&
    typeof specVersion === 'string' &&
    /^\d{1,3}\.\d{1,3}$/.test(specVersion)
  ) {
    const components = objects(document['components']).flatMap(withNested)
    return {
      format: `CycloneDX ${specVersion}`,
      packages: components.length,
      licences: listed(components.flatMap(cycloneLicences)),
    }
  }
  throw new Error('neither SPDX 2 nor CycloneDX')
}

/** The short form of SPDX 2's tag-value text. @throws Error for other text */
export function tagValueSummary(bytes: Uint8Array): Summary {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const [, version] = /^SPDXVersion:\s*SPDX-(\d{1,3}\.\d{1,3})\s*$/m.exec(text) ?? []
  if (version === undefined) throw new Error('neither SPDX 2 nor CycloneDX')
  let packages = 0
  const licences: string[] = []
  for (const line of linesOf(text)) {
    if (line.startsWith('PackageName:')) packages++
    else if (/^PackageLicense(?:Concluded|Declared):/.test(line))
      licences.push(line.slice(line.indexOf(':') + 1).trim())
  }
  return { format: `SPDX ${version}`, packages, licences: listed(licences) }
}

/** The lines of a text, one at a time: a list of millions of them would take many times what the text does. */
function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at)
    const next = end === -1 ? text.length : end
    yield text.slice(at, next)
    at = next + 1
  }
}

function objects(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'object' && one !== null) : []
}

function spdxLicence({ licenseConcluded: concluded, licenseDeclared: declared }: Fields): unknown {
  return isSaid(concluded) ? concluded : declared
}

function withNested(component: Fields): Fields[] {
  return [component, ...objects(component['components']).flatMap(withNested)]
}

function cycloneLicences({ licenses }: Fields): unknown[] {
  return objects(licenses).map(({ license, expression }) => {
    const { id, name } = (license ?? {}) as Fields
    return expression ?? id ?? name
  })
}

function isSaid(licence: unknown): licence is string {
  return typeof licence === 'string' && !['', 'NOASSERTION', 'NONE'].includes(licence)
}

function listed(licences: readonly unknown[]): string[] {
  const said = licences.filter(isSaid).map(licence => licence.slice(0, longestLicence))
  return [...new Set(said)].sort().slice(0, mostLicences)
}
