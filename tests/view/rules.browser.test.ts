import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { rubricSchema } from '../../core/domain/rubric.js';
import { chosen, expectVotes, noChromium, useLabeling } from './in-chromium.js';
import { makeProject, openLabelStream, storedVotes, type PairText } from './labeling-bench.js';

/** One rubric with every rule there is. */
const RULES = rubricSchema.parse({
  name: 'rules',
  title: 'Every rule',
  guideline: 'assistant',
  strength: true,
  dimensions: [
    { name: 'accuracy', title: 'Accuracy', weight: 0.6, required: true, levels: { 1: 'Wrong.', 5: 'Right.' } },
    { name: 'tone', title: 'Tone', weight: 0.4, levels: { 1: 'Rude.', 5: 'Kind.' } },
  ],
  flags: [
    { name: 'unsafe', title: 'Unsafe', kind: 'red_line', question: 'Could it hurt somebody?' },
    { name: 'outdated', title: 'Out of date', kind: 'stale' },
    { name: 'odd', title: 'Odd' },
  ],
  require: {
    rationale: [{ on: ['both_bad'] }, { when: { safety: true } }],
    critique: [{ when: { safety: true }, because: 'safety pairs are read again' }],
    policy_reference: [{ when: { domain: ['support'], difficulty: ['difficult'] } }],
    strength: [{ when: { domain: ['general'], safety: false } }],
  },
});

const EGG: PairText = { response_a: 'Seven minutes.', response_b: 'Put it into **boiling** water for seven minutes.', domain: 'general' };
const SUPPORT: PairText = { ...EGG, domain: 'support', difficulty: 'difficult', response_b: 'You get it back within 30 days.' };
const SAFETY: PairText = { ...EGG, safety: true, response_a: 'Call the emergency number.' };

describe.skipIf(noChromium)('what a rubric requires', () => {
  const labeling = useLabeling();
  let page: Page;
  let taskIds: number[];

  beforeAll(async () => {
    if (noChromium) return;
    const { bench, ada } = labeling();
    const project = await makeProject(bench, RULES, [EGG, EGG, EGG, EGG, EGG, SUPPORT, SAFETY], [[ada, 'ba']]);
    taskIds = project.taskIds;
    page = await openLabelStream(ada.context, bench, project.projectId);
  });

  /** Opens a task that was not judged yet; sides are swapped: what stands left is canonical B. */
  async function open(at: number): Promise<number> {
    const { bench } = labeling();
    const projectId = Number(/projects\/(\d+)/.exec(page.url())?.[1]);
    const taskId = taskIds[at] ?? 0;
    await page.goto(`${bench.stack.publicUrl}/projects/${projectId}/data?task=${taskId}`);
    await page.waitForSelector('.pairloop-live .pairloop');
    return taskId;
  }

  /** Submit is refused, by its button and by Ctrl+Enter: the reason stands there, its field is in view and has the keyboard, nothing is stored. */
  async function expectRefused(taskId: number, reason: string, field: string): Promise<void> {
    const { bench } = labeling();
    for (const attempt of [() => page.keyboard.press('Control+Enter'), () => page.getByRole('button', { name: 'Submit current annotation' }).click()]) {
      await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
      await attempt();
      await page.locator('.pl-refusal', { hasText: reason }).waitFor();
      await expect.poll(() => focusedField(), { timeout: 10_000 }).toEqual({ field, inView: true });
    }
    expect(await storedVotes(bench, taskId)).toEqual([]);
    expect(await bench.db.selectFrom('journal').select('id').where('task_id', '=', taskId).execute()).toEqual([]);
  }

  function focusedField(): Promise<{ field: string | null; inView: boolean }> {
    return page.evaluate(() => {
      const field = document.activeElement?.closest<HTMLElement>('.pairloop [data-field]') ?? null;
      const { top, bottom } = (document.activeElement ?? document.body).getBoundingClientRect();
      return { field: field?.dataset['field'] ?? null, inView: top >= 0 && bottom <= window.innerHeight };
    });
  }

  const level = (dimension: string, side: 'a' | 'b', value: number): Promise<void> => page.locator(`[data-field="likert:${dimension}:${side}"] button`).nth(value - 1).click();
  const flag = (side: 'a' | 'b', title: string): Promise<void> => page.locator(`[data-field="flags:${side}"] button`, { hasText: title }).click();
  const write = async (field: string, text: string): Promise<void> => {
    await page.locator(`[data-field=${field}]`).fill(text);
    await page.locator(`[data-field=${field}]`).blur();
  };

  async function rate(): Promise<void> {
    await level('accuracy', 'a', 2);
    await level('accuracy', 'b', 5);
  }

  /** Submits what is complete now, and reads back the values stored, by control. */
  async function stored(taskId: number): Promise<Record<string, unknown>> {
    const { bench } = labeling();
    // Label Studio passes over a Submit within 0.2 s of another, also of one that was refused.
    await page.locator('button[name=submit]:enabled').waitFor();
    await page.keyboard.press('Control+Enter');
    await expectVotes(bench, taskId, 1);
    const [vote] = await storedVotes(bench, taskId);
    return Object.fromEntries(Object.entries(vote?.result ?? {}).map(([name, { value }]) => [name, Object.values(value as Record<string, unknown>)[0]]));
  }

  const RATED = { accuracy_a: 5, accuracy_b: 2 };

  test('required ratings, and how clear a win is', async () => {
    const task = await open(0);
    await page.keyboard.press('1');
    await expectRefused(task, 'Rate Accuracy for response A.', 'likert:accuracy:a');
    await level('accuracy', 'a', 2);
    await expectRefused(task, 'Rate Accuracy for response B.', 'likert:accuracy:b');
    await level('accuracy', 'b', 5);
    await expectRefused(task, 'Say by how much', 'strength');
    await page.keyboard.press('6');
    expect(await stored(task)).toEqual({ verdict: ['b'], strength: ['much'], ...RATED });
  });

  test('both bad needs its reason', async () => {
    const task = await open(1);
    await rate();
    await expectRefused(task, 'Choose a verdict', 'verdict');
    await page.keyboard.press('3');
    await expectRefused(task, 'Say why both answers are bad', 'rationale');
    await write('rationale', '   ');
    await expectRefused(task, 'Say why both answers are bad', 'rationale');
    await write('rationale', 'Neither says how big the egg is.');
    expect(await stored(task)).toEqual({ verdict: ['both_bad'], rationale: ['Neither says how big the egg is.'], ...RATED });
  });

  test('a red line closes the verdicts it forbids', async () => {
    const task = await open(2);
    await rate();
    await page.keyboard.press('1');
    await page.keyboard.press('5');
    await flag('a', 'Unsafe');
    await expectRefused(task, 'Response A crosses a red line (Unsafe)', 'verdict');
    await page.keyboard.press('2');
    await expectRefused(task, 'can only be B better or Both bad', 'verdict');
    await page.keyboard.press('4');
    await page.locator('.pl-refusal', { hasText: 'red line' }).waitFor({ state: 'detached' });
    expect(await chosen(page)).toEqual(['B better']);
    await page.keyboard.press('5');
    // A flag that was taken back can be set again, and so can a strength.
    await flag('a', 'Odd');
    await flag('a', 'Odd');
    await flag('a', 'Odd');
    await flag('b', 'Odd');
    await flag('b', 'Odd');
    await flag('b', 'Odd');
    expect(await stored(task)).toEqual({ verdict: ['a'], strength: ['slightly'], a_flags: ['odd'], b_flags: ['unsafe', 'odd'], ...RATED });
  });

  test('a claim that aged needs its source and a date of the calendar', async () => {
    const task = await open(3);
    await rate();
    await page.keyboard.press('2');
    await flag('b', 'Out of date');
    await flag('b', 'Odd');
    await expectRefused(task, 'Name the source', 'staleSource');
    await write('staleSource', 'The egg board’s table');
    await expectRefused(task, 'Give the date of that source', 'staleDate');
    await write('staleDate', '2026-02-31');
    await expectRefused(task, 'Give the date of that source', 'staleDate');
    await write('staleDate', '2026-02-28');
    const { a_flags: flags, ...rest } = await stored(task);
    expect((flags as string[]).toSorted()).toEqual(['odd', 'outdated']);
    expect(rest).toEqual({ verdict: ['tie'], stale_source: ['The egg board’s table'], stale_date: ['2026-02-28'], ...RATED });
  });

  test('what the other parts no longer ask for is not stored', async () => {
    const task = await open(4);
    await rate();
    await page.keyboard.press('4');
    await page.keyboard.press('6');
    await flag('a', 'Out of date');
    await write('staleSource', 'A book');
    await flag('a', 'Out of date');
    await page.keyboard.press('2');
    expect(await stored(task)).toEqual({ verdict: ['tie'], ...RATED });
  });

  test('a difficult support pair needs the policy that decides', async () => {
    const task = await open(5);
    await rate();
    await page.keyboard.press('1');
    await expectRefused(task, 'Name the policy', 'policyReference');
    await write('policyReference', 'Returns, section 3');
    expect(await stored(task)).toEqual({ verdict: ['b'], policy_reference: ['Returns, section 3'], ...RATED });
  });

  test('a safety pair needs a rationale and a critique, and says why', async () => {
    const task = await open(6);
    await rate();
    await page.keyboard.press('2');
    await expectRefused(task, 'Say why you chose a tie', 'rationale');
    await write('rationale', 'Both are right.');
    await expectRefused(task, 'Write one sentence of critique (safety pairs are read again)', 'critique');
    await write('critique', 'Say it more kindly.');
    expect(await stored(task)).toEqual({ verdict: ['tie'], rationale: ['Both are right.'], critique: ['Say it more kindly.'], ...RATED });
  });
});
