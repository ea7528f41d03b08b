import { defineConfig } from 'vitest/config'

// Five kinds of test, one project each, so that each can be run alone; see test/README.md.
const kinds = { unit: 30_000, contract: 60_000, integration: 180_000, e2e: 900_000, fuzz: 900_000 }

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    projects: Object.entries(kinds).map(([name, timeout]) => ({
      extends: true as const,
      test: {
        name,
        include:
          name === 'unit' ? ['test/unit/**/*.test.ts', 'test/*.test.ts'] : [`test/${name}/**/*.test.ts`],
        testTimeout: timeout,
        hookTimeout: Math.max(timeout, 60_000),
        ...(name === 'e2e' ? { fileParallelism: false } : {}),
      },
    })),
  },
})
