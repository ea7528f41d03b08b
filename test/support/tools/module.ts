import { execa } from 'execa'

/** The folder of the Go module `name`, of the version that `folder`'s go.mod names; it is downloaded unless it is there. */
export async function goModule(name: string, folder: string): Promise<string> {
  await execa('go', ['mod', 'download', name], { cwd: folder })
  const { stdout } = await execa('go', ['list', '-m', '-f', '{{.Dir}}', name], { cwd: folder })
  return stdout.trim()
}
