/** Verbs to which bytes come by the gigabyte, in buffers that die at once. */
const streaming = new Set(
  'backup build carry create deploy install lock merge restore rollback upgrade'.split(' '),
)
/** What those ask Node for: once a flag is said, V8 does not take what Node has compiled of it beforehand any more. */
const asked = ['node:https', 'node:crypto', 'node:fs/promises']

/**
 * For a verb that streams, a young generation that stays small: it frees such buffers soon, while one that grows keeps hundreds
 * of megabytes of them, until V8 marks the whole heap to be rid of them, again and again. To be said before the program is
 * loaded: that makes it grow, and code that was compiled under other flags is not taken. To a short verb it costs five collections.
 * Tells whether it is one that streams.
 */
export function streamWell(verb = ''): boolean {
  if (!streaming.has(verb)) return false
  for (const name of asked) process.getBuiltinModule(name)
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1')
  return true
}
