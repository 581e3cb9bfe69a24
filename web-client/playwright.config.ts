import { defineConfig } from '@playwright/test'

/** Real hub, real browsers, one at a time: two cores carry a server, two Chromiums and their encoders. */
export default defineConfig({
  testDir: './e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  // Two cores carry everything: one more try tells a starved machine from a fault; the list still names the flaky ones.
  retries: process.env['CI'] ? 1 : 0,
  expect: { timeout: 15_000 },
  globalSetup: './e2e/support/content.ts',
  reporter: [['list']],
})
