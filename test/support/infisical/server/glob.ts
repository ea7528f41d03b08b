/** A glob as a regular expression: `**` any text, `*` any text without `/`, `?` one character, `{a,b}` either. */
export function glob(pattern: string): RegExp {
  const source = pattern.replace(/\/\*\*$|\*+|\?|\{[^}]*\}|[.+^$()[\]\\|{}]/g, part => {
    if (part === '/**') return '(?:/.*)?'
    if (part.startsWith('*')) return part.length > 1 ? '.*' : '[^/]*'
    if (part === '?') return '.'
    if (part.startsWith('{') && part.length > 1)
      return `(?:${part.slice(1, -1).split(',').map(literal).join('|')})`
    return `\\${part}`
  })
  return new RegExp(`^${source}$`, 's')
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
