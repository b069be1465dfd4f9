import { defineCommand } from 'citty';
import { loadConfig } from '../../core/config.js';
import { connect } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { createLogger } from '../../core/logging.js';
import { startQueue } from '../../core/queue.js';
import { resolveConnections } from '../../core/running/running-file.js';
import { readGaps, type Gaps } from '../../webhooks/intake/gaps.js';
import { describeGap, GAP_WORDS } from '../gap-words.js';
import { reconcile, type ReconcileReport } from '../../webhooks/intake/reconcile.js';

type ProjectOutcome = ReconcileReport & { readonly gaps: Gaps };

export const reconcileCommand = defineCommand({
  meta: { name: 'reconcile', description: "Compare journal, deliveries and Label Studio's API, and mend what was missed." },
  args: { json: { type: 'boolean', description: 'Print one JSON document.' } },
  async run({ args }) {
    const config = loadConfig();
    const { databaseUrl, labelStudio } = resolveConnections(config);
    const db = connect(databaseUrl, 4);
    const queue = await startQueue(databaseUrl, createLogger('reconcile', 'warn'));
    try {
      const reports = await reconcile({ db, labelStudio: new LabelStudioClient(labelStudio), queue, now: () => new Date() }, null, 'all');
      const outcomes: ProjectOutcome[] = [];
      for (const report of reports) outcomes.push({ ...report, gaps: await readGaps(db, report.projectId) });
      process.stdout.write(args.json === true ? `${JSON.stringify({ projects: outcomes })}\n` : describe(outcomes));
    } finally {
      await queue.stop();
      await db.destroy();
    }
  },
});

function describe(outcomes: readonly ProjectOutcome[]): string {
  if (outcomes.length === 0) return 'No project yet.\n';
  return outcomes
    .map(({ title, listed, applied, deleted, tasksDeleted, settled, gaps }) => {
      const mended = `${title}: ${listed} annotations in Label Studio; ${applied} missed or changed, ${deleted} deleted, ${tasksDeleted} tasks deleted, ${settled} votes settled.\n`;
      const open = Object.entries(GAP_WORDS).filter(([name]) => gaps[name as keyof Gaps].count > 0);
      return mended + (open.length === 0 ? '  no gaps\n' : open.map(([name, words]) => `  ${words}: ${describeGap(gaps[name as keyof Gaps])}\n`).join(''));
    })
    .join('');
}
