import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rubricSchema } from '../../core/domain/rubric.js';
import { expectVotes, judged, noChromium, openTask, useLabeling } from './in-chromium.js';
import { importProject, makeProject, openLabelStream, type PairText } from './labeling-bench.js';

/** A rubric with every part that a vote can have. */
const EVERYTHING = rubricSchema.parse({
  name: 'everything',
  title: 'Everything',
  guideline: 'assistant',
  strength: true,
  dimensions: [{ name: 'accuracy', title: 'Accuracy', weight: 1, levels: { 1: 'Wrong.', 5: 'Right.' } }],
  flags: [{ name: 'unsafe', title: 'Unsafe', kind: 'red_line', question: 'Could it hurt somebody?' }, { name: 'outdated', title: 'Out of date', kind: 'stale' }, { name: 'odd', title: 'Odd' }],
  require: { rationale: [{ on: ['both_bad'] }] },
});

/** A text and a rationale with what markup, JSON and CSV could trip over. */
const ODD_TEXT = 'Says “7 min” & <b>no</b> more,\n\tor {"a": [1]}; è 😀 ';
const PAIRS = ['a win', 'a tie', 'both bad', 'a skip'].map((name): PairText => ({ prompt: `This is ${name}.`, response_a: 'Seven minutes.', response_b: `**Boil** it. ${ODD_TEXT}` }));

const exportSchema = z.array(z.object({ id: z.number(), data: z.object({ prompt: z.string() }).loose(), annotations: z.array(z.object({ result: z.array(z.unknown()), was_cancelled: z.boolean(), completed_by: z.number() }).loose()) }).loose());
type Exported = z.infer<typeof exportSchema>;

describe.skipIf(noChromium)('export and import by Label Studio', () => {
  const labeling = useLabeling();

  async function exported(projectId: number): Promise<Exported> {
    const { url, apiKey } = labeling().bench.stack.labelStudio;
    const reply = await fetch(`${url}/api/projects/${projectId}/export?exportType=JSON&download_all_tasks=true`, { headers: { authorization: `Token ${apiKey}` } });
    return exportSchema.parse(await reply.json()).toSorted((one, other) => one.id - other.id);
  }

  async function press(page: Page, ...keys: readonly string[]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key);
  }

  async function write(page: Page, field: string, text: string): Promise<void> {
    await page.locator(`[data-field=${field}]`).fill(text);
    await page.locator(`[data-field=${field}]`).blur();
  }

  const flag = (page: Page, side: 'a' | 'b', title: string): Promise<void> => page.locator(`[data-field="flags:${side}"] button`, { hasText: title }).click();

  /** How each pair is judged; sides are swapped: what is done on the left is said of canonical B. */
  const JUDGE: readonly ((page: Page) => Promise<void>)[] = [
    async (page) => {
      await press(page, '1', '6', 'r', '5', '2', 'Escape');
      await flag(page, 'b', 'Unsafe');
      await flag(page, 'b', 'Out of date');
      await flag(page, 'a', 'Odd');
      await write(page, 'staleSource', 'The egg board’s table');
      await write(page, 'staleDate', '2026-02-28');
      await write(page, 'rationale', ODD_TEXT);
      await write(page, 'critique', 'Name the size.');
      await write(page, 'policyReference', 'R3');
    },
    (page) => press(page, '2'),
    async (page) => {
      await press(page, '3');
      await write(page, 'rationale', 'Neither names the size.');
    },
  ];

  /** What the view shows of a task that was judged: its texts by side, the judgement, and what can be done. */
  async function seen(page: Page, projectId: number, taskId: number): Promise<{ texts: string[]; judged: string[]; around: string[]; openFields: number }> {
    await openTask(page, labeling().bench, projectId, taskId);
    const texts = await page.locator('.pl-prompt, .pl-pane-body').allInnerTexts();
    const around = await page.locator('.pl-notice, .pl-read-only, .pl-refusal, .pl-skip, .pl-closed').allInnerTexts();
    return { texts, judged: await judged(page), around, openFields: await page.locator('.pairloop textarea:not([readonly])').count() };
  }

  test('a project that was exported and imported again shows every vote as it was given', async () => {
    const { bench, ada } = labeling();
    const { projectId, taskIds } = await makeProject(bench, EVERYTHING, PAIRS, [[ada, 'ba']]);
    const page = await openLabelStream(ada.context, bench, projectId);
    for (const taskId of taskIds) {
      const at = taskIds.indexOf(taskId);
      await page.locator('.pl-prompt', { hasText: PAIRS[at]!['prompt'] as string }).waitFor();
      if (JUDGE[at] === undefined) {
        await press(page, 's', '2');
      } else {
        await JUDGE[at](page);
        await page.locator('button[name=submit]:enabled').waitFor();
        await press(page, 'Control+Enter');
      }
      await expectVotes(bench, taskId, 1);
    }
    const before = await exported(projectId);
    const again = await importProject(bench, EVERYTHING, before);
    const after = await exported(again.projectId);
    const votes = (project: Exported) => project.map(({ data, annotations }) => ({ data, annotations: annotations.map(({ result, was_cancelled, completed_by }) => ({ result, was_cancelled, completed_by })) }));
    expect(votes(after)).toEqual(votes(before));
    expect(votes(before).map(({ annotations }) => annotations.map(({ was_cancelled }) => was_cancelled))).toEqual([[false], [false], [false], [true]]);
    for (const [at, taskId] of taskIds.entries()) {
      const given = await seen(page, projectId, taskId);
      const imported = await seen(page, again.projectId, again.taskIds[at] ?? 0);
      // A skip says nothing of sides, so nothing says in which order they were.
      if (JUDGE[at] === undefined) for (const one of [given, imported]) one.texts.sort();
      expect(imported, PAIRS[at]?.['prompt'] as string).toEqual(given);
      if (at > 0) continue;
      expect(given).toMatchObject({
        judged: ['likert:accuracy:a: 5 of 5: Right.', 'likert:accuracy:b: 2 of 5', 'flags:a: Odd', 'flags:b: Unsafe, red line', 'flags:b: Out of date', 'verdict: A better', 'strength: Much better',
          'staleSource: The egg board’s table', 'staleDate: 2026-02-28', `rationale: ${ODD_TEXT}`, 'critique: Name the size.', 'policyReference: R3'],
        around: ['Tie\n2', 'B better\n4'],
      });
    }
    await page.close();
  });
});
