/**
 * Writes oclif.manifest.json from the compiled commands in dist/. It is committed; test/manifest.test.ts
 * fails when it no longer matches.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin } from '@oclif/core'

const root = join(import.meta.dirname, '..')

/** The manifest's text for the commands as compiled now. */
export async function manifestText(): Promise<string> {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  // Folders of commands are read in whatever order the file system answers.
  const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => rank(a).localeCompare(rank(b)))
  return `${JSON.stringify({ ...plugin.manifest, commands: Object.fromEntries(commands) }, null, 2)}\n`
}

// Verbs first, then those of a topic.
const rank = (id: string) => `${id.includes(':') ? 1 : 0}${id}`

if (import.meta.main) {
  const path = join(root, 'oclif.manifest.json')
  const text = await manifestText()
  const before = readFileSync(path, { encoding: 'utf8', flag: 'a+' })
  if (before !== text) writeFileSync(path, text)
  process.stderr.write(
    before === text ? 'oclif.manifest.json is up to date\n' : 'oclif.manifest.json written\n',
  )
}
