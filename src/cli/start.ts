import type { Program } from './program.ts'

/** What the program is made of, each part read where it is needed. */
interface Parts extends Pick<Program, 'commands'> {
  readonly description: () => Program['description']
  readonly manifest: () => Promise<Program['manifest']>
}

/**
 * Begins Sealift, in a checkout as in one executable: what holds for every verb is set up, and `--version` is answered,
 * before the program is loaded.
 */
export async function start({ description, manifest, commands }: Parts): Promise<void> {
  const { argv, platform, arch, version } = process
  // As people ask for help; oclif would take the word for a flag wherever it stands.
  if (argv[2] === 'help') argv.splice(2, argv.length, ...argv.slice(3), '--help')

  // A reader that has seen enough, as in `sealift --help | head`, is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit()
    throw error
  })

  if (argv[2] === '--version' || argv[2] === '-v') {
    // What oclif prints, before it is loaded: scripts ask this often.
    const sealift = description()
    process.stdout.write(`${sealift.name}/${sealift.version} ${platform}-${arch} node-${version}\n`)
    return
  }
  process.once('beforeExit', endInTheMiddle)
  const { runProgram } = await import('./program.ts')
  await runProgram({ description: description(), manifest: await manifest(), commands }, argv.slice(2))
  process.off('beforeExit', endInTheMiddle)
}

/** Where nothing is left to wait for, Node ends with 0, though the verb has not come to its end. */
function endInTheMiddle(): void {
  process.exitCode = 1
  process.stderr.write(
    'Error: nothing is left to wait for, and the verb has not ended\n  This is a fault of Sealift itself; please report it.\n',
  )
}
