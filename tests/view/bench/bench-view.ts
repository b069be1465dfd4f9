import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { packageVersion } from '../../../core/package-root.js';
import { describeCommit, describeMachine } from '../../support/circumstances.js';
import { startStack, type OwnStack } from '../../support/pairloop-stack.js';
import { measureBundle } from '../bundle-bytes.js';
import { measure, type Effort } from './measure.js';
import { describeReport, type Circumstances, type Report } from './report.js';
import { attribute, compareAll, missedTargets } from './targets.js';

const EFFORT: Effort = { samples: 20, warmUps: 3, loads: 8 };

/**
 * Measures the comparison view beside Label Studio's native controls, in a system and a browser of its own, and
 * prints the report: a page of text, with `--json` one JSON document. Resolves with the exit code: 1 when a target is missed.
 *
 * @throws Error when there is no browser, or the system does not start.
 */
export async function benchView(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } });
  const bundle = await measureBundle();
  const loadBefore = loadavg()[0]!;
  const own = await startStack();
  try {
    if (own.chromium.path === null) throw new Error(own.chromium.reason);
    const measured = await measure(own.stack, own.chromium.path, EFFORT);
    const comparisons = compareAll(measured);
    const report: Report = {
      circumstances: await circumstances(own, own.chromium.path, loadBefore),
      comparisons,
      attributions: [attribute('task switch', measured.ours.switches), attribute('submit', measured.ours.submits), attribute('first load', measured.ours.loads)],
      reach: { ours: measured.ours.reach, native: measured.native.reach },
      bundle,
      missed: missedTargets(comparisons, measured, bundle),
    };
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report));
    return report.missed.length === 0 ? 0 : 1;
  } finally {
    await own.stop();
  }
}

async function circumstances({ stack }: OwnStack, chromium: string, loadBefore: number): Promise<Circumstances> {
  const labelStudio = (await (await fetch(`${stack.labelStudio.url}/api/version`)).json()) as { release?: string };
  return {
    machine: describeMachine(),
    load: [loadBefore, loadavg()[0]!],
    commit: describeCommit(),
    versions: {
      pairloop: packageVersion(),
      'Label Studio': labelStudio.release ?? 'unknown',
      Chromium: execFileSync(chromium, ['--version']).toString().trim().replace(/^\D*/, '').split(' ')[0] ?? 'unknown',
      Node: process.versions.node,
    },
  };
}
