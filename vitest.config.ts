import { defineConfig } from 'vitest/config'

// Six kinds of test, one project each, so that each can be run alone, and one that runs some again; see test/README.md.
const kinds = {
  ...{ unit: 30_000, contract: 60_000, integration: 180_000, postgres17: 180_000 },
  ...{ cluster: 600_000, e2e: 900_000, fuzz: 900_000 },
}
const clusters = 'test/integration/cluster/**/*.test.ts'

const included: Readonly<Record<string, string[]>> = {
  cluster: [clusters],
  unit: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
  // What has to do with a server's own version, once more on another major: see test/support/newer-postgres.ts.
  postgres17: [
    ...['prepare', 'snapshot*'].map(name => `test/contract/postgres/${name}.test.ts`),
    ...['backup', 'killed', 'outside', 'server-killed'].map(
      name => `test/integration/backup/${name}.test.ts`,
    ),
  ],
}

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    // What is waited for comes when the machine has time for it: vitest's own second is none where a cluster starts beside.
    expect: { poll: { timeout: 30_000 } },
    projects: Object.entries(kinds).map(([name, timeout]) => ({
      extends: true as const,
      test: {
        name,
        include: included[name] ?? [`test/${name}/**/*.test.ts`],
        exclude: name === 'integration' ? [clusters] : [],
        ...(name === 'postgres17' ? { env: { SEALIFT_TEST_POSTGRES: '17' } } : {}),
        testTimeout: timeout,
        hookTimeout: Math.max(timeout, 180_000),
        // No module is mocked, so files may share them: loading them anew for each took half of the unit tests' time.
        isolate: name !== 'unit' && name !== 'contract',
        // A cluster at a time: two, with what else runs, are as many as two processors hold.
        ...(name === 'e2e' || name === 'cluster' ? { fileParallelism: false } : {}),
      },
    })),
  },
})
