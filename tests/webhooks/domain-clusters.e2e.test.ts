import axios from 'axios';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { installRubricProject, launchBatch, type ProjectParts } from '../../cli/system/project.js';
import { connect, type Db } from '../../core/database/connect.js';
import { ensureSecrets } from '../../core/database/secrets.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { domainCluster } from '../../webhooks/quality/ranking-predictions.js';

const stack = inject('stack');
const annotator = stack.accounts.find((account) => account.role === 'annotator')!;
let db: Db;
let projectId: number;
let labelStudioProjectId: number;
beforeAll(async () => {
  db = connect(stack.databaseUrl, 2);
  const parts: ProjectParts = { db, secrets: await ensureSecrets(db), labelStudio: stack.labelStudio, publicUrl: stack.publicUrl };
  ({ projectId, labelStudioProjectId } = await installRubricProject(parts, { title: 'Clusters', rubric: 'assistant' }));
  await launchBatch(parts, { projectId, round: { k: 12 }, goldCount: 0 });
});
afterAll(() => db.destroy());

test("each prediction's score is its place and its cluster its domain; around the gateway, Label Studio's own queue gives the domains turns", async () => {
  const rows = await db
    .selectFrom('batch_item')
    .innerJoin('batch', 'batch.id', 'batch_item.batch_id')
    .innerJoin('pair', 'pair.id', 'batch_item.pair_id')
    .select(['task_id', 'position', 'domain'])
    .where('batch.project_id', '=', projectId)
    .execute();
  const predictions = await new LabelStudioClient(stack.labelStudio).predictions(labelStudioProjectId);
  const place = (task: number | null, score: number | null | undefined, cluster: number | null | undefined) => ({ task, score, cluster });
  const byTask = (one: { task: number | null }, other: { task: number | null }): number => one.task! - other.task!;
  expect(predictions.map(({ task, score, cluster }) => place(task, score, cluster)).toSorted(byTask)).toEqual(
    rows.map(({ task_id, position, domain }) => place(task_id, position, domainCluster(domain))).toSorted(byTask),
  );

  const domainOf = new Map(rows.map((row) => [row.task_id, row.domain]));
  const http = axios.create({ baseURL: stack.labelStudio.url, headers: { authorization: `Token ${annotator.token}` } });
  const served: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    const { data } = await http.post<{ id: number }>(`/api/dm/actions?id=next_task&project=${labelStudioProjectId}`, {});
    served.push(domainOf.get(data.id)!);
    const result = [{ id: 'v', type: 'choices', from_name: 'verdict', to_name: 'prompt', value: { choices: ['a'] } }];
    await http.post(`/api/tasks/${data.id}/annotations`, { result });
  }
  for (let turn = 0; turn < served.length; turn += 2) expect(new Set(served.slice(turn, turn + 2)).size, served.join(' ')).toBe(2);
});
