import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { packagePath } from '../../core/package-root.js';
import { CHROMIUM_FLAGS } from '../support/chromium.js';
import { startStack } from '../support/pairloop-stack.js';
import { makeAnnotator, makeProject, openBench, openLabelStream, signInToBrowser, type PairText } from './labeling-bench.js';

const RUBRIC = 'support';
const RATIONALE = 'B counts the seven days and offers what the policy grants; A makes her wait and invents a voucher.';

/**
 * README's picture, as PNG: a support pair of the samples, judged in Label Studio by an annotator who sees its sides as they are stored.
 *
 * @throws Error when there is no browser, or the system does not start.
 */
export async function drawPage(): Promise<Buffer> {
  const own = await startStack();
  const bench = await openBench(own.stack);
  try {
    if (own.chromium.path === null) throw new Error(own.chromium.reason);
    const browser = await chromium.launch({ executablePath: own.chromium.path, args: [...CHROMIUM_FLAGS, '--hide-scrollbars'] });
    const annotator = await makeAnnotator(bench);
    const { projectId } = await makeProject(bench, RUBRIC, samplePairs(), [[annotator, 'ab']]);
    const page = await openLabelStream(await signInToBrowser(browser, bench, annotator), bench, projectId);
    for (const key of ['4', 'r', '2', '5', '2', '5', '2', '5', 'Escape', '6']) await page.keyboard.press(key);
    await page.fill('[data-field=rationale]', RATIONALE);
    await page.keyboard.press('Escape');
    await page.mouse.move(0, 0);
    await page.waitForTimeout(1_000);
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    await browser.close();
    return picture;
  } finally {
    await bench.close();
    await own.stop();
  }
}

function samplePairs(): PairText[] {
  const lines = readFileSync(packagePath('samples', 'preview', `${RUBRIC}.jsonl`), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { prompt = null, messages = null, response_a, response_b } = JSON.parse(line) as PairText;
    return { prompt, messages, response_a, response_b, domain: 'support' };
  });
}
