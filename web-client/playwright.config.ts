import { defineConfig } from '@playwright/test'

/** Real hub, real browsers, one at a time: two cores carry a server, two Chromiums and their encoders. */
export default defineConfig({
  testDir: './e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  globalSetup: './e2e/support/content.ts',
  reporter: [['list']],
})
