const action = /\{\{(?!-?\s{0,9}\/\*)[\s\S]{0,4000}?\}\}/g

/**
 * Templates that ask the cluster (`lookup`), themselves or through a named template, and render something else than
 * Secrets, or nothing as yet: what they render on the site may be another than what can be seen here.
 * @param texts a chart's files by path, `chart/templates/x.yaml`
 * @param yaml what helm has rendered, which says above each document which template it is from
 */
export function lookingUp(texts: ReadonlyMap<string, string>, yaml: string): string[] {
  const templates = [...texts].filter(([path]) => /(^|\/)templates\//.test(path))
  const named = new Map(templates.flatMap(([, text]) => definitions(text)))
  const asking = new Set([...named].filter(([, text]) => asks(text)).map(([name]) => name))
  for (let size = -1; size !== asking.size; ) {
    size = asking.size
    for (const [name, text] of named) if (calls(text, asking)) asking.add(name)
  }
  const kinds = kindsBySource(yaml)
  return templates
    .filter(([path, text]) => {
      if (/(^|\/)(_[^/]*|NOTES\.txt)$/.test(path)) return false
      const own = text.split(/\{\{-?\s*define\s/)[0] ?? ''
      return (asks(own) || calls(own, asking)) && kinds.get(path)?.every(kind => kind === 'Secret') !== true
    })
    .map(([path]) => path)
    .sort()
}

function definitions(text: string): [string, string][] {
  return text
    .split(/\{\{-?\s*define\s+/)
    .slice(1)
    .map(part => [/^["`]([^"`]*)/.exec(part)?.[1] ?? '', part])
}

const asks = (text: string): boolean =>
  (text.match(action) ?? []).some(code => /(?<![\w.$"])lookup\s/.test(code))

function calls(text: string, names: ReadonlySet<string>): boolean {
  return (text.match(action) ?? []).some(code =>
    [...code.matchAll(/(?:include|template)\s+["`]([^"`]*)/g)].some(([, name = '']) => names.has(name)),
  )
}

function kindsBySource(yaml: string): Map<string, string[]> {
  const kinds = new Map<string, string[]>()
  for (const part of yaml.split(/^# Source: /m).slice(1)) {
    const path = part.split('\n', 1)[0] ?? ''
    const found = [...part.matchAll(/^kind: *["']?(\w+)/gm)].map(([, kind = '']) => kind)
    kinds.set(path, [...(kinds.get(path) ?? []), ...found])
  }
  return kinds
}
