import { userInfo } from 'node:os';
import { defineCommand } from 'citty';
import { PairloopError } from '../../core/errors.js';
import { LabelStudioClient, type LabelStudioAccess } from '../../core/label-studio/client.js';
import type { UserWire } from '../../core/label-studio/wire.js';
import { changeRaterState } from '../../webhooks/quality/rater.js';
import { listRaters, type RaterRow } from '../../webhooks/reports/rater-list.js';
import { readRaterStory } from '../../webhooks/reports/rater-story.js';
import { renderRaterStory } from '../rater-lines.js';
import { withSystem } from '../system/connected.js';

const USER = { type: 'positional', description: "The annotator's e-mail address or Label Studio user id.", required: true } as const;
const REASON = { type: 'string', description: 'Why; the annotator reads it.', required: true, valueHint: 'TEXT' } as const;
const JSON_OUT = { type: 'boolean', description: 'Print one JSON document.' } as const;

async function findUser(labelStudio: LabelStudioAccess, user: string): Promise<UserWire> {
  const users = await new LabelStudioClient(labelStudio).users();
  const found = users.find((one) => one.email.toLowerCase() === user.toLowerCase() || String(one.id) === user);
  if (found !== undefined) return found;
  throw new PairloopError(`Label Studio knows no user ${JSON.stringify(user)}; give an e-mail address or user id of the organisation's members page.`, 'usage');
}

function changeCommand(name: 'pause' | 'resume', description: string) {
  return defineCommand({
    meta: { name, description },
    args: { user: USER, reason: REASON, json: JSON_OUT },
    run: ({ args }) =>
      withSystem(async ({ db, labelStudio }) => {
        const { id, email } = await findUser(labelStudio, args.user);
        const to = name === 'pause' ? 'paused' : 'active';
        const rater = await changeRaterState(db, { labelStudioUserId: id, to, reason: args.reason, decidedBy: userInfo().username });
        process.stdout.write(args.json === true ? `${JSON.stringify(rater)}\n` : `${email} is ${to}.\n`);
      }),
  });
}

const listCommand = defineCommand({
  meta: { name: 'list', description: 'Raters, their states, votes and gold.' },
  args: { json: JSON_OUT },
  run: ({ args }) =>
    withSystem(async ({ db, labelStudio }) => {
      const raters = await listRaters(db);
      if (args.json === true) {
        process.stdout.write(`${JSON.stringify({ raters })}\n`);
        return;
      }
      const emails = new Map((await new LabelStudioClient(labelStudio).users()).map((user) => [user.id, user.email]));
      process.stdout.write(raters.length === 0 ? 'No rater yet.\n' : renderRaters(raters, emails));
    }),
});

function renderRaters(raters: readonly RaterRow[], emails: ReadonlyMap<number, string>): string {
  const cells = [
    ['user', 'state', 'votes', 'skipped', 'gold passed', 'failed', 'pseudonym'],
    ...raters.map((one) => [
      emails.get(one.labelStudioUserId) ?? `user ${one.labelStudioUserId}`,
      one.reason === null ? one.state : `${one.state}: ${one.reason}`,
      ...[one.votes, one.skipped, one.goldPassed, one.goldFailed].map(String),
      one.rater,
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const isNumber = (column: number): boolean => column >= 2 && column <= 5;
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd();
  return `${cells.map(line).join('\n')}\n`;
}

const showCommand = defineCommand({
  meta: { name: 'show', description: "One rater: state in each project, every gold item with what was answered, what followed." },
  args: { user: USER, json: JSON_OUT },
  run: ({ args }) =>
    withSystem(async ({ db, labelStudio }) => {
      const { id, email } = await findUser(labelStudio, args.user);
      const story = await readRaterStory(db, id);
      process.stdout.write(args.json === true ? `${JSON.stringify(story)}\n` : renderRaterStory(email, story));
    }),
});

export const raterCommand = defineCommand({
  meta: { name: 'rater', description: 'See raters; pause one, or let one go on.' },
  subCommands: {
    list: listCommand,
    show: showCommand,
    pause: changeCommand('pause', 'Serve this annotator no more tasks, and say why.'),
    resume: changeCommand('resume', 'Let a paused annotator go on.'),
  },
});
