import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../support/chromium.js';
import type { Stack } from '../../support/pairloop-stack.js';
import { makeAnnotator, makeProject, openBench, type PairText } from '../labeling-bench.js';
import { Annotating, CONTROLS, SUBMIT, WAYS, windowsOf, type Way, type WithCpu } from './annotating.js';
import { lookAt, type Reach } from './decision-reach.js';
import { longResponse } from './long-response.js';
import { markOf, type SwitchTime, type VerdictTime } from './page-clock.js';

const WORDS = 2000;
/** Support and code pairs in one project: three dimensions, and a verdict is all that is required. */
const RUBRIC = 'assistant';

/** How often each thing is measured, for each way of judging. */
export interface Effort {
  readonly samples: number;
  /** Left out at the beginning: code that runs for the first time is not yet compiled. */
  readonly warmUps: number;
  readonly loads: number;
}

/** What was measured in one way of judging, sample by sample. */
export interface Measured {
  readonly switches: WithCpu<SwitchTime>[];
  readonly verdicts: WithCpu<VerdictTime>[];
  readonly submits: WithCpu<SwitchTime>[];
  readonly loads: WithCpu<SwitchTime>[];
  readonly reach: Readonly<Record<'verdicts' | 'ratings' | 'submit', Reach>>;
}

interface Task {
  readonly way: Way;
  readonly samples: Omit<Measured, 'reach'>;
  readonly annotating: Annotating;
}

/**
 * Two annotators do the same tasks of one project at the same time, one in each way, taking turns input by input, so
 * that whatever else the machine does falls on both alike: verdict and Submit for each task, then back through the
 * history, then first loads in new windows.
 */
export async function measure(stack: Stack, executablePath: string, effort: Effort): Promise<Record<Way, Measured>> {
  const bench = await openBench(stack);
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  try {
    const pairs = Array.from({ length: effort.samples + effort.warmUps + 1 }, (_, at) => pairOf(at));
    const { projectId } = await makeProject(bench, RUBRIC, pairs, []);
    const address = `${stack.publicUrl}/projects/${projectId}/data?labeling=1`;
    const windows = { ours: await windowsOf(browser, bench, await makeAnnotator(bench)), native: await windowsOf(browser, bench, await makeAnnotator(bench)) };
    const open = async (way: Way) => Annotating.open(way, await windows[way](), address);
    const tasks: Task[] = [];
    for (const way of WAYS) tasks.push({ way, samples: { switches: [], verdicts: [], submits: [], loads: [] }, annotating: (await open(way)).annotating });
    const reach = { ours: await reachOf(tasks[0]!), native: await reachOf(tasks[1]!) };
    await judgeAll(tasks, effort);
    await goBackAll(tasks, effort);
    for (const { annotating } of tasks) await annotating.page.context().close();
    await loadAll(tasks, effort, open);
    const [ours, native] = tasks.map(({ samples }) => samples) as [Task['samples'], Task['samples']];
    return { ours: { ...ours, reach: reach.ours }, native: { ...native, reach: reach.native } };
  } finally {
    await browser.close();
    await bench.close();
  }
}

function pairOf(number: number): PairText {
  return {
    prompt: `Case ${number}: since the last release our orders page takes four seconds to open. What should we look at first, and in which order?`,
    response_a: longResponse(2 * number, WORDS, markOf(number, 'a')),
    response_b: longResponse(2 * number + 1, WORDS, markOf(number, 'b')),
  };
}

async function reachOf({ way, annotating: { page } }: Task): Promise<Measured['reach']> {
  const { verdicts, ratings } = CONTROLS[way];
  return { verdicts: await lookAt(page, verdicts), ratings: await lookAt(page, ratings), submit: await lookAt(page, SUBMIT) };
}

async function judgeAll(tasks: readonly Task[], { samples: wanted, warmUps }: Effort): Promise<void> {
  for (let at = 0; at < warmUps + wanted; at += 1) {
    for (const { samples, annotating } of inTurn(tasks, at)) {
      const [verdict, submit] = [await annotating.chooseVerdict(), await annotating.submit()];
      if (at < warmUps) continue;
      samples.verdicts.push(verdict);
      samples.submits.push(submit);
    }
  }
}

async function goBackAll(tasks: readonly Task[], { samples: wanted, warmUps }: Effort): Promise<void> {
  for (let at = 0; at < warmUps + wanted; at += 1) {
    for (const { samples, annotating } of inTurn(tasks, at)) {
      const time = await annotating.goBack();
      if (at >= warmUps) samples.switches.push(time);
    }
  }
}

async function loadAll(tasks: readonly Task[], { loads }: Effort, open: (way: Way) => ReturnType<typeof Annotating.open>): Promise<void> {
  for (let at = 0; at < loads; at += 1) {
    for (const { way, samples } of inTurn(tasks, at)) {
      const { annotating, loaded } = await open(way);
      samples.loads.push(loaded);
      await annotating.page.context().close();
    }
  }
}

/** Each way is first as often as the other. */
function inTurn(tasks: readonly Task[], round: number): readonly Task[] {
  return round % 2 === 0 ? tasks : tasks.toReversed();
}
