import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const executablePath = process.env.CHROMIUM_PATH ?? PATHS.find((path) => existsSync(path));

/** Why browser tests cannot run here; undefined when they can. On CI they run, or fail. */
export const browserIsMissing: string | undefined =
  executablePath || process.env.CI ? undefined : 'skipped because Chromium is not installed';

/** Starts a browser that asks nobody anything by itself. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
