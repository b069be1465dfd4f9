import axios from 'axios';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connect, type Db } from '../../core/database/connect.js';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { seedProject } from '../support/seed-project.js';

const LABEL_CONFIG = '<View><Text name="prompt" value="$prompt_text"/><Choices name="verdict" toName="prompt"><Choice value="a"/><Choice value="b"/></Choices></View>';
const TASKS = 8;

let db: Db;
beforeAll(() => {
  db = connect(inject('stack').databaseUrl, 2);
});
afterAll(() => db.destroy());

test('added by URL, the ML backend ranks the tasks, and the label stream serves them in that order', async () => {
  const { publicUrl, labelStudio } = inject('stack');
  const client = new LabelStudioClient(labelStudio);
  const call = async (method: string, path: string, data?: unknown): Promise<unknown> => {
    const reply = await axios.request<unknown>({ method, url: labelStudio.url + path, data, headers: { authorization: `Token ${labelStudio.apiKey}` } });
    return reply.data;
  };
  const project = await client.createProject({ title: 'Ranked by Pairloop', label_config: LABEL_CONFIG, sampling: 'Uncertainty sampling' });
  const taskIds = await client.importTasks(project.id, Array.from({ length: TASKS }, (_, n) => ({ data: { prompt_text: `Question ${n}` } })));
  const ranked = taskIds.map((_, rank) => taskIds[(rank * 3 + 5) % TASKS]!);
  await seedProject(db, project.id, ranked);

  await client.createMlBackend({ project: project.id, url: `${publicUrl}/pairloop/ml`, title: 'Pairloop' });
  expect(await client.mlBackends(project.id)).toMatchObject([{ state: 'CO', model_version: 'pairloop-ranking', error_message: null }]);
  await call('POST', `/api/dm/actions?id=retrieve_tasks_predictions&project=${project.id}`, { selectedItems: { all: true, excluded: [] } });
  const predictions = (await call('GET', `/api/predictions?project=${project.id}`)) as { task: number }[];
  expect(predictions.toSorted((a, b) => ranked.indexOf(a.task) - ranked.indexOf(b.task))).toMatchObject(
    ranked.map((task, score) => ({ task, score, result: [], model_version: 'pairloop-ranking' })),
  );

  // Label Studio takes only a version that predictions have; until then the project's is the backend's title.
  await client.updateProject(project.id, { model_version: 'pairloop-ranking' });
  const served: number[] = [];
  for (let turn = 0; turn < TASKS; turn += 1) {
    const next = (await call('POST', `/api/dm/actions?id=next_task&project=${project.id}`, {})) as { id: number };
    served.push(next.id);
    await client.createAnnotation(next.id, { result: [], lead_time: 1 });
  }
  expect(served).toEqual(ranked);
});
