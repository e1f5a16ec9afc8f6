// A headless Chromium on a report page opened from disk; whatever the console says and whatever asks for the network is kept.
//
//   const page = await openReport(document);          // {page, problems, requests, close}
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { page as render } from '../../web/sample.mjs';

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core');

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export async function startBrowser() {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-web-'));
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
    timeout: 60_000,
  });
  const load = async (address, { width, scheme }) => {
    const page = await context.newPage();
    page.setDefaultTimeout(45_000);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const problems = [];
    const requests = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('request', (request) => requests.push(request.url()));
    try {
      await page.goto(address, { timeout: 20_000 });
    } catch (error) {
      await page.close();
      throw error;
    }
    await page.waitForSelector('main');
    return { page, problems, others: () => requests.filter((url) => !url.startsWith(address)) };
  };
  // On a busy machine headless Chromium now and then never starts a navigation, whatever the page: such a tab is given
  // up and another opened. A page that loads and then does wrong is not tried again.
  const open = async (results, { width = 1280, scheme = 'light' } = {}) => {
    const file = join(folder, 'report.html');
    writeFileSync(file, render(results));
    const address = pathToFileURL(file).href;
    for (let attempt = 1; ; attempt++) {
      try {
        return await load(address, { width, scheme });
      } catch (error) {
        if (error.name !== 'TimeoutError' || attempt === 4) throw error;
      }
    }
  };
  const stop = async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { open, stop };
}
