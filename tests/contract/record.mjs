// Records what a real Label Studio posts to a webhook, and how its API lists the same annotations, into
// tests/contract/label-studio-<version>/*.json. Run it again for a new Label Studio:
//
//   LABEL_STUDIO_URL=http://127.0.0.1:8080 LABEL_STUDIO_API_KEY=… node tests/contract/record.mjs
//
// Label Studio must allow webhooks to private addresses (SSRF_PROTECTION_ENABLED=false). The project made
// here is deleted at the end. Personal data and the token are replaced; three long fields that nobody reads are left out.
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const url = process.env.LABEL_STUDIO_URL ?? 'http://127.0.0.1:8080';
const headers = { authorization: `Token ${process.env.LABEL_STUDIO_API_KEY}`, 'content-type': 'application/json' };
const LABEL_CONFIG = `<View><Text name="prompt" value="$prompt_text"/><Text name="a" value="$response_a"/><Text name="b" value="$response_b"/>
<Choices name="verdict" toName="prompt" required="true"><Choice value="a"/><Choice value="b"/><Choice value="tie"/><Choice value="both_bad"/></Choices>
<Rating name="helpful_a" toName="a"/><Rating name="helpful_b" toName="b"/>
<TextArea name="rationale" toName="prompt" maxSubmissions="1"/></View>`;
const task = (n) => ({ prompt_text: `Question ${n}`, response_a: `Answer A ${n}`, response_b: `Answer B ${n}` });
const choice = (value) => ({
  id: 'verdict01', type: 'choices', from_name: 'verdict', to_name: 'prompt', value: { choices: [value] },
  meta: { pairloop: { view: '0.1.0', displayed: 'ba', active_ms: 4200.5, started_at: '2026-01-02T03:04:05.678Z' } },
});
const rating = (name, to, value) => ({ id: `${name}01`, type: 'rating', from_name: name, to_name: to, value: { rating: value } });
const text = (name, value) => ({ id: `${name}01`, type: 'textarea', from_name: name, to_name: 'prompt', value: { text: [value] } });
const fullResult = [choice('a'), rating('helpful_a', 'a', 4), rating('helpful_b', 'b', 2), text('rationale', 'A cites the policy. ünïcode 🙂')];

async function call(method, path, body) {
  const reply = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const content = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${content.slice(0, 500)}`);
  return content === '' ? null : JSON.parse(content);
}

const received = [];
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
    response.end('{}');
  });
});
await new Promise((done) => receiver.listen(0, '127.0.0.1', done));

function withoutNoise(value) {
  return JSON.parse(
    JSON.stringify(value, (key, field) => {
      if (['email', 'avatar', 'created_username'].includes(key) && typeof field === 'string') return `(${key})`;
      if (key === 'token') return '(token)';
      if (['parsed_label_config', 'control_weights', 'annotations_results'].includes(key)) return undefined;
      return field;
    }),
  );
}

const { release } = await call('GET', '/api/version');
const folder = new URL(`./label-studio-${release}/`, import.meta.url);
await mkdir(folder, { recursive: true });
async function save(name, value) {
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(withoutNoise(value), null, 1)}\n`);
}
/** Does something in Label Studio, waits for what it posts, and saves that. */
async function record(name, action, expectedMax = 1) {
  received.length = 0;
  const reply = await action();
  for (let wait = 0; wait < 30 && received.length < expectedMax; wait += 1) await new Promise((done) => setTimeout(done, 100));
  await save(name, received.map((one) => one.body));
  process.stdout.write(`${name}: ${received.map((one) => one.body.action).join(', ') || 'nothing posted'}\n`);
  return reply;
}

const project = await call('POST', '/api/projects', { title: 'Pairloop webhook recording', label_config: LABEL_CONFIG });
try {
  await call('POST', '/api/webhooks', {
    project: project.id, url: `http://127.0.0.1:${receiver.address().port}/`, headers: { 'x-pairloop-secret': 'recorded' },
    send_payload: true, send_for_all_actions: true, is_active: true,
  });
  const imported = await record('tasks-created', () =>
    call('POST', `/api/projects/${project.id}/import?return_task_ids=true`, [1, 2, 3, 4].map((n) => ({ data: task(n) }))));
  const [first, second, third, fourth] = imported.task_ids;
  const created = await record('annotation-created', () =>
    call('POST', `/api/tasks/${first}/annotations`, {
      result: fullResult, lead_time: 12.5, unique_id: '6b0c3e6e-6f0b-4f7e-9a55-0c9a3c5b8d11', started_at: '2026-01-02T03:04:05.678Z',
    }));
  await save('post-annotation-reply', created);
  await record('annotation-updated', () => call('PATCH', `/api/annotations/${created.id}`, { result: [choice('b')], lead_time: 3 }));
  await record('annotation-ground-truth', () => call('PATCH', `/api/annotations/${created.id}`, { ground_truth: true }));
  await record('annotation-skipped', () =>
    call('POST', `/api/tasks/${second}/annotations`, {
      result: [], was_cancelled: true, lead_time: 2, unique_id: '0d4c47d6-0e0d-4f6b-8a0e-7b8f4f8a1c22',
    }));
  const doomed = await record('annotation-created-without-unique-id', () => call('POST', `/api/tasks/${third}/annotations`, { result: [choice('tie')] }));
  await save('api-task', await call('GET', `/api/tasks/${first}`));
  await save('api-tasks-page', await call('GET', `/api/tasks?project=${project.id}&page=1&page_size=200&fields=all`));
  await record('annotation-deleted', () => call('DELETE', `/api/annotations/${doomed.id}`));
  const drafted = await call('POST', `/api/tasks/${third}/annotations`, { result: [choice('tie')] });
  await record('annotation-converted-to-draft', () => call('POST', `/api/annotations/${drafted.id}/convert-to-draft`));
  await call('POST', '/api/predictions', { task: fourth, project: project.id, result: [choice('tie')], model_version: 'one' });
  await record('annotations-created-from-predictions', () =>
    call('POST', `/api/dm/actions?id=predictions_to_annotations&project=${project.id}`, {
      selectedItems: { all: false, included: [fourth] }, model_version: 'one', project: String(project.id),
    }));
  await record('tasks-imported-with-annotations', () =>
    call('POST', `/api/projects/${project.id}/import`, [{ data: task(5), annotations: [{ result: [choice('a')], completed_by: project.created_by?.id }] }]));
  await save('export', await call('GET', `/api/projects/${project.id}/export?exportType=JSON&download_all_tasks=true`));
  await record('annotations-deleted', () =>
    call('POST', `/api/dm/actions?id=delete_tasks_annotations&project=${project.id}`, { selectedItems: { all: false, included: [first, second, fourth] } }));
  await record('task-deleted', () => call('DELETE', `/api/tasks/${fourth}`));
  await record('project-updated', () => call('PATCH', `/api/projects/${project.id}`, { description: 'changed' }));
  await record('tasks-deleted', () =>
    call('POST', `/api/dm/actions?id=delete_tasks&project=${project.id}`, { selectedItems: { all: true, excluded: [] } }));
} finally {
  await call('DELETE', `/api/projects/${project.id}`);
  receiver.close();
}
