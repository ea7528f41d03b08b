/** The README as whoever follows it has it: what is to be typed, and what is to be written into files. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface ReadmeSection {
  /** The words of each sealift command, without `sealift` itself. */
  readonly commands: readonly string[][]
  /** The texts of its YAML blocks, as somebody would copy them. */
  readonly yaml: readonly string[]
}

const file = join(import.meta.dirname, '../../README.md')

/** A section by its heading, up to the next one. @throws Error when there is none */
export async function readmeSection(heading: string): Promise<ReadmeSection> {
  const sections = (await readFile(file, 'utf8')).split(/^#{2,3} /m)
  const text = sections.find(section => section.startsWith(`${heading}\n`))
  if (text === undefined) throw new Error(`the README has no section ${heading}`)
  const blocks = [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', language, body = '']) => ({
      language,
      body: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
  const typed = blocks.filter(({ language }) => language === '').map(({ body }) => body)
  return {
    commands: typed.join('').split('\n').filter(isSealift).map(words),
    yaml: blocks.filter(({ language }) => language === 'yaml').map(({ body }) => body),
  }
}

const isSealift = (line: string) => line.startsWith('sealift ')

/** As a shell takes a line without variables: quotes and a comment go, and what its output is given to. */
function words(line: string): string[] {
  const [, ...rest] = line.replace(/\s+[#|] .*$/, '').match(/'[^']*'|\S+/g) ?? []
  return rest.map(word => word.replaceAll("'", ''))
}
