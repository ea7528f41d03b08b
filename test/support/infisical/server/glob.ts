/**
 * A glob as a regular expression: `**` any text, `*` any text without `/`, `?` one character, `{a,b}` either.
 * With `anywhere` a `*` also spans `/`, as picomatch's bash mode does for token subjects and claims.
 */
export function glob(pattern: string, anywhere = false): RegExp {
  const source = pattern.replace(/\/\*\*$|\*+|\?|\{[^}]*\}|[.+^$()[\]\\|{}]/g, part => {
    if (part === '/**') return anywhere ? '/.*' : '(?:/.*)?'
    if (part.startsWith('*')) return anywhere || part.length > 1 ? '.*' : '[^/]*'
    if (part === '?') return '.'
    if (part.startsWith('{') && part.length > 1)
      return `(?:${part.slice(1, -1).split(',').map(literal).join('|')})`
    return `\\${part}`
  })
  return new RegExp(`^${source}$`, 's')
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
