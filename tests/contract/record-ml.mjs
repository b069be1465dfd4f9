// Records what a real Label Studio asks of an ML backend, what it was answered, and what it made of the answers,
// into tests/contract/label-studio-<version>/ml/*.json. Run it again for a new Label Studio:
//
//   LABEL_STUDIO_URL=http://127.0.0.1:8080 LABEL_STUDIO_API_KEY=… node tests/contract/record-ml.mjs
//
// Label Studio must allow ML backends on private addresses (ML_BLOCK_LOCAL_IP=false). The project made here is
// deleted at the end. The answers are those Pairloop's ML backend must give; tokens and personal data are replaced.
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const url = process.env.LABEL_STUDIO_URL ?? 'http://127.0.0.1:8080';
const headers = { authorization: `Token ${process.env.LABEL_STUDIO_API_KEY}`, 'content-type': 'application/json' };
const LABEL_CONFIG = '<View><Text name="prompt" value="$prompt_text"/><Choices name="verdict" toName="prompt"><Choice value="a"/><Choice value="b"/></Choices></View>';

async function call(method, path, body) {
  const reply = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const content = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${content.slice(0, 500)}`);
  return content === '' ? null : JSON.parse(content);
}

const VERSION = 'pairloop-ranking';
/** The tasks in rank order; task → score is its place, as in a batch of a project of Pairloop's. */
let ranked = [];
const replies = {
  'GET /health': () => [200, { status: 'UP', model_class: 'Pairloop' }],
  'POST /setup': () => [200, { model_version: VERSION }],
  'POST /predict': ({ tasks }) => [200, { results: tasks.map((task) => ({ result: [], score: ranked.indexOf(task.id), model_version: VERSION })) }],
  'GET /versions': () => [200, { versions: [VERSION] }],
  'POST /webhook': () => [200, { status: 'ignored' }],
  'POST /train': () => [200, { status: 'ignored', detail: 'Pairloop trains nothing in a request; its ranking follows selection rounds.' }],
};
const received = [];
const backend = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    const body = text === '' ? null : JSON.parse(text);
    const [status, reply] = (replies[`${request.method} ${request.url}`] ?? (() => [404, { error: 'unknown' }]))(body);
    received.push({ request: { method: request.method, path: request.url, body }, reply: { status, body: reply } });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
});
await new Promise((done) => backend.listen(0, '127.0.0.1', done));

function withoutNoise(value) {
  return JSON.parse(
    JSON.stringify(value, (key, field) => {
      if (['email', 'avatar', 'created_username', 'hostname'].includes(key) && typeof field === 'string') return `(${key})`;
      if (['access_token', 'token'].includes(key)) return `(${key})`;
      if (key === 'url') return '(url)';
      if (['parsed_label_config', 'control_weights', 'annotations_results'].includes(key)) return undefined;
      return field;
    }),
  );
}

const { release } = await call('GET', '/api/version');
const folder = new URL(`./label-studio-${release}/ml/`, import.meta.url);
await mkdir(folder, { recursive: true });

/** Does something in Label Studio, lets what it sends arrive, and saves both sides with what came of it. */
async function record(name, action, outcome = (reply) => reply) {
  received.length = 0;
  const reply = await action();
  await new Promise((done) => setTimeout(done, 1_500));
  const calls = [...received];
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(withoutNoise({ calls, outcome: await outcome(reply) }), null, 1)}\n`);
  process.stdout.write(`${name}: ${calls.map(({ request }) => `${request.method} ${request.path}`).join(', ') || 'no calls'}\n`);
  return reply;
}

const project = await call('POST', '/api/projects', { title: 'Pairloop ML recording', label_config: LABEL_CONFIG });
try {
  const { task_ids } = await call('POST', `/api/projects/${project.id}/import?return_task_ids=true`, [1, 2, 3].map((n) => ({ data: { prompt_text: `Question ${n}` } })));
  const [first, second, third] = task_ids;
  ranked = [third, first, second];
  const selectedItems = { all: true, excluded: [] };
  const ml = await record('add', () =>
    call('POST', '/api/ml/', { project: project.id, url: `http://127.0.0.1:${backend.address().port}`, title: VERSION }));
  await record('retrieve-predictions', () => call('POST', `/api/dm/actions?id=retrieve_tasks_predictions&project=${project.id}`, { selectedItems }),
    async () => (await call('GET', `/api/predictions?project=${project.id}`)).map(({ task, score, result, model_version }) => ({ task, score, result, model_version })));
  await record('retrieve-predictions-again', () => call('POST', `/api/dm/actions?id=retrieve_tasks_predictions&project=${project.id}`, { selectedItems }));
  await record('list', () => call('GET', `/api/ml/?project=${project.id}`));
  await record('versions', () => call('GET', `/api/ml/${ml.id}/versions`));
  await record('test-predict', () => call('POST', `/api/ml/${ml.id}/predict/test?random=true`));
  await call('PATCH', `/api/ml/${ml.id}`, { project: project.id, url: ml.url, title: VERSION, is_interactive: true });
  await record('interactive', () => call('POST', `/api/ml/${ml.id}/interactive-annotating`, { task: first, context: { result: [] } }));
  await record('train', () => call('POST', `/api/ml/${ml.id}/train`));
  await record('annotation-created', () => call('POST', `/api/tasks/${first}/annotations`, { result: [], lead_time: 1 }), () => null);
  await record('project-model-version', () => call('GET', `/api/projects/${project.id}`), ({ model_version }) => ({ model_version }));
  await record('remove', () => call('DELETE', `/api/ml/${ml.id}`));
} finally {
  await call('DELETE', `/api/projects/${project.id}`);
  backend.close();
}
