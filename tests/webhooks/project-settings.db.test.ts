import { afterAll, beforeAll, expect, test } from 'vitest';
import { LabelStudioClient } from '../../core/label-studio/client.js';
import { loadGuideline } from '../../label-configs/guideline-file.js';
import { loadRubric } from '../../label-configs/rubric-file.js';
import { installProject, type ProjectSettings } from '../../webhooks/quality/project.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SETTINGS: ProjectSettings = {
  title: 'Answers',
  rubric: loadRubric('assistant'),
  labelConfig: '<View/>',
  labelConfigHash: 'x',
  guideline: loadGuideline('assistant'),
  publicUrl: 'http://127.0.0.1:8085',
  webhookSecret: 'x',
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Nothing listens there: whoever asked Label Studio would fail otherwise. */
const labelStudio = new LabelStudioClient({ url: 'http://127.0.0.1:9', apiKey: 'x' });

test.each([
  [{ votesMin: 5, votesMax: 2 }, 'Every pair gets 5 votes, but at most 2; raise the most or lower the least.'],
  [{ votesMin: 0 }, 'A pair cannot get 0 votes; give a whole number from 1 to 100.'],
  [{ votesMin: 1.5 }, 'A pair cannot get 1.5 votes; give a whole number from 1 to 100.'],
  [{ votesMax: Infinity }, 'A pair cannot get Infinity votes; give a whole number from 1 to 100.'],
  [{ title: 'X' }, 'The title "X" is too short; Label Studio wants at least 3 characters.'],
])('a project with %j is refused before Label Studio is asked', async (change, message) => {
  await expect(installProject({ db: database.db, labelStudio }, { ...SETTINGS, ...change })).rejects.toMatchObject({ kind: 'usage', message });
});
