import { describe, expect, test } from 'vitest';
import { chosen, expectVotes, noChromium, useLabeling } from './in-chromium.js';
import { makeProject, openLabelStream, storedVotes, type PairText } from './labeling-bench.js';

const EGG: PairText = { response_a: 'Seven minutes.', response_b: 'Put it into **boiling** water for seven minutes, then under cold water.' };
const EGGS = [EGG, EGG, EGG];
const SAVED = /\/api\/(?:tasks\/\d+\/)?drafts/;

describe.skipIf(noChromium)('work on its way to Label Studio', () => {
  const labeling = useLabeling();
  const journalOf = (taskId: number) =>
    labeling().bench.db.selectFrom('journal').select(['kind', 'outcome', 'status']).where('task_id', '=', taskId).orderBy('id').execute();

  test('work goes on offline, Submit keeps it, and it is stored once when the connection is back', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds } = await makeProject(bench, 'assistant', EGGS, []);
    const page = await openLabelStream(ada.context, bench, projectId);
    const drafted = page.waitForResponse((reply) => SAVED.test(reply.url()) && reply.request().method() === 'POST');
    await page.keyboard.press('2');
    await drafted;
    await ada.context.setOffline(true);
    await page.waitForSelector('.pl-notice:has-text("No connection")');
    await page.keyboard.press('1');
    await page.keyboard.press('w');
    await page.keyboard.type('Written offline.');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('text=Annotation is not saved');
    await page.waitForSelector('.pairloop-live .pl-notice');
    expect(await chosen(page)).toEqual(['A better']);
    expect(await page.inputValue('[data-field=rationale]')).toBe('Written offline.');
    expect(await storedVotes(bench, taskIds[0]!)).toEqual([]);
    const again = page.waitForResponse((reply) => SAVED.test(reply.url()) && reply.request().method() === 'PATCH');
    await ada.context.setOffline(false);
    await page.waitForSelector('.pl-notice', { state: 'detached' });
    expect((await again).request().postData()).toContain('Written offline.');
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskIds[0]!, 1);
    expect((await storedVotes(bench, taskIds[0]!))[0]?.result['rationale']?.value).toEqual({ text: ['Written offline.'] });
    await expect.poll(() => journalOf(taskIds[0]!), { timeout: 10_000 }).toEqual([{ kind: 'submit', outcome: 'stored', status: 201 }]);
    await expect.poll(() => draftsOf(taskIds[0]!), { timeout: 10_000 }).toBe(0);
    await page.close();
  });

  test('an answer that is lost: submitting again, with another verdict, changes the one vote', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds } = await makeProject(bench, 'assistant', EGGS, [[ada, 'ab']]);
    const page = await openLabelStream(ada.context, bench, projectId);
    await page.route(/\/api\/tasks\/\d+\/annotations/, async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    }, { times: 1 });
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.pairloop-live .pl-notice');
    await expectVotes(bench, taskIds[0]!, 1);
    expect(await chosen(page)).toEqual(['A better']);
    await page.keyboard.press('4');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await storedVotes(bench, taskIds[0]!)).map((vote) => vote.result['verdict']?.value), { timeout: 20_000 }).toEqual([{ choices: ['b'] }]);
    await expect.poll(() => journalOf(taskIds[0]!), { timeout: 10_000 }).toEqual([
      { kind: 'submit', outcome: 'stored', status: 201 },
      { kind: 'submit', outcome: 'refused', status: 409 },
      { kind: 'update', outcome: 'stored', status: 200 },
    ]);
    await page.waitForSelector('.pl-notice', { state: 'detached' });
    await page.close();
  });

  test('a server that fails is said, and what no draft could save is there after a reload', async () => {
    const { bench, ada } = labeling();
    const { projectId } = await makeProject(bench, 'assistant', EGGS, []);
    const page = await openLabelStream(ada.context, bench, projectId);
    await page.route(SAVED, (route) => route.fulfill({ status: 503, json: { detail: 'Label Studio cannot be reached.' } }));
    await page.route('**/api/current-user/whoami', (route) => route.fulfill({ status: 502, body: '' }));
    await page.keyboard.press('4');
    await page.keyboard.press('c');
    await page.keyboard.type('Never stored.');
    await page.waitForSelector('.pl-notice:has-text("No connection")');
    expect(await page.locator('.ant-modal, [role=dialog]').count()).toBe(0);
    await page.unroute(SAVED);
    await page.reload();
    await page.waitForSelector('.pairloop-live .pairloop');
    await expect.poll(() => chosen(page), { timeout: 10_000 }).toEqual(['B better']);
    expect(await page.inputValue('[data-field=critique]')).toBe('Never stored.');
    const drafted = page.waitForResponse((reply) => SAVED.test(reply.url()) && reply.ok());
    await page.keyboard.press('1');
    await drafted;
    await expect.poll(() => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('pairloop:work:'))), { timeout: 10_000 }).toEqual([]);
    await page.close();
  });

  test('two tabs: a pair submitted in one is closed in the other, which offers to go on; other pairs stay open', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds } = await makeProject(bench, 'assistant', EGGS, [[ada, 'ab']]);
    const address = (taskId: number): string => `${bench.stack.publicUrl}/projects/${projectId}/data?task=${taskId}`;
    const [one, same, other] = [await ada.context.newPage(), await ada.context.newPage(), await ada.context.newPage()];
    for (const [page, taskId] of [[one, taskIds[0]!], [same, taskIds[0]!], [other, taskIds[1]!]] as const) {
      await page.goto(address(taskId));
      await page.waitForSelector('.pairloop-live .pairloop');
    }
    await same.keyboard.press('4');
    await one.keyboard.press('1');
    await one.keyboard.press('Control+Enter');
    await expectVotes(bench, taskIds[0]!, 1);
    await same.waitForSelector('.pl-notice:has-text("another tab")');
    expect(await other.locator('.pl-notice').count()).toBe(0);
    await same.keyboard.press('3');
    expect(await chosen(same)).toEqual(['B better']);
    await same.keyboard.press('Control+Enter');
    await same.getByRole('button', { name: 'Submit current annotation' }).click();
    await other.keyboard.press('2');
    await other.keyboard.press('Control+Enter');
    await expectVotes(bench, taskIds[1]!, 1);
    expect((await storedVotes(bench, taskIds[0]!)).map((vote) => vote.result['verdict']?.value)).toEqual([{ choices: ['a'] }]);
    await Promise.all([same.waitForEvent('load'), same.getByRole('button', { name: 'Reload' }).click()]);
    await same.waitForSelector('.pairloop-live .pairloop');
    await expect.poll(() => draftsOf(taskIds[0]!), { timeout: 10_000 }).toBe(0);
    expect(await same.locator('.pl-notice').count()).toBe(0);
    await Promise.all([one, same, other].map((page) => page.close()));
  });

  async function draftsOf(taskId: number): Promise<number> {
    const { labelStudio } = labeling().bench.stack;
    const reply = await fetch(`${labelStudio.url}/api/tasks/${taskId}/drafts`, { headers: { authorization: `Token ${labelStudio.apiKey}` } });
    const drafts: unknown = await reply.json();
    return Array.isArray(drafts) ? drafts.length : -1;
  }
});
