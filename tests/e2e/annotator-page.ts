import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { Account } from '../../core/running/running-file.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';

/** A browser of one annotator's own, signed in through the gateway. */
export interface AnnotatorPage {
  readonly page: Page;
  close(): Promise<void>;
}

export async function openAnnotatorPage(executablePath: string, publicUrl: string, account: Account): Promise<AnnotatorPage> {
  const profile = mkdtempSync(join(tmpdir(), 'pairloop-chromium-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: CHROMIUM_FLAGS,
    viewport: { width: 1400, height: 1000 },
  });
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(`${publicUrl}/user/login/`);
  await page.fill('input[name="email"]', account.email);
  await page.fill('input[name="password"]', account.password);
  await page.click('button[type="submit"]');
  await page.waitForURL((url) => !url.pathname.startsWith('/user/login'));
  return {
    page,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The task that the editor shows now; null while there is none. */
export function shownTask(page: Page): Promise<number | null> {
  return page.evaluate(() => {
    const store = (globalThis as unknown as { Htx?: { task?: { id?: string | number } } }).Htx;
    const id = Number(store?.task?.id);
    return Number.isInteger(id) ? id : null;
  });
}
