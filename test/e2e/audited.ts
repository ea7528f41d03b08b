/** What an auditor and an administrator are given of a site that was installed, as the README has it typed. */
import { execa } from 'execa'
import { expect, test } from 'vitest'
import type { AuditVerified } from '../../src/site/verbs/audit-verify.ts'
import type { FitResult } from '../../src/site/verbs/budget-fit.ts'
import type { RbacResult } from '../../src/site/verbs/rbac.ts'
import type { Journey } from './journey.ts'

/** Declares the tests; the site of `journey` has an install before them, and is as it was after. */
export function audited(journey: () => Journey): void {
  const audit = (...words: string[]) => journey().typed('For the auditor', 'audit', ...words)

  test('the folder that was carried is whole, and so is the bundle in it', async () => {
    const { dir } = journey().site
    const { stdout } = await execa('sh', ['-c', 'sh -c "$(head -n 1 GUIDE.txt)"'], { cwd: dir })
    expect(stdout).toBe('Verified OK')
    const verified = await journey().run(await journey().typed('Check the folder', 'verify'))
    expect(verified).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('signed  by key') })
  })

  test('the rights of those who run the change can be printed', async () => {
    const { exitCode, objects } = await journey().json<RbacResult>(
      await journey().typed('The least rights', 'rbac'),
    )
    expect(exitCode).toBe(0)
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ClusterRole', 'RoleBinding']))
  })

  test('the log of what Sealift did is whole, has the digest that was told, and is exported', async () => {
    const whole = await journey().json<AuditVerified>(await audit('verify', '-c'))
    expect(whole).toMatchObject({ exitCode: 0, head: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) })
    const again = (await audit('verify', '--expect')).map(word =>
      word.startsWith('sha256:') ? `${whole.head}` : word,
    )
    expect((await journey().run(again)).exitCode).toBe(0)
    expect((await journey().run(await audit('export', '--of'))).exitCode).toBe(0)
    const exported = await journey().json<AuditVerified>(['audit', 'verify', 'runs.jsonl'])
    expect(exported).toMatchObject({ exitCode: 0, head: whole.head })
  })

  test('what the site needs at least is said and noted, behind what the install has noted', async () => {
    const words = [...(await journey().typed('Live with it', 'budget', 'fit')), '--window', '0']
    const found = await journey().json<FitResult>(words)
    // It may be at work, and need more processor than it has at rest.
    expect([0, 61]).toContain(found.exitCode)
    expect(found.earlier).toBeGreaterThan(0)
    expect(found.confirmation).toEqual({ state: 'none' })
    const { confirmation, earlier } = await journey().json<FitResult>(words)
    expect([confirmation.state, earlier]).toEqual(['not-applied', found.earlier + 1])
  })

  test('the log of who asked Infisical for what is exported, and goes on from there', async () => {
    for (const from of ['--since', '--after'])
      expect((await journey().run(await audit('export', from))).exitCode).toBe(0)
  })
}
