import type { RaterStory } from '../webhooks/reports/rater-story.js';
import { alignCells, count, shownName } from './vote-words.js';

/** One rater for people: standings, gold items, what else is known, and what followed. */
export function renderRaterStory(email: string, { rater, standings, gold, otherFacts, changes }: RaterStory): string {
  const lines = [`${email}, pseudonym ${rater}`];
  for (const { project, state, reason, goldShare, votesSincePassedGold } of standings) {
    lines.push(`${project}: ${state}${reason === null ? '' : ` (${reason})`}, gold ${Math.round(goldShare * 100)} %, ${count(votesSincePassedGold, 'vote')} since the last passed gold item`);
  }
  if (standings.length === 0) lines.push('No gold item answered yet.');
  if (gold.length > 0) {
    const rows = gold.map((one) => [shownName(one.pair), one.verdict ?? 'skipped', one.accepted.join(' or '), one.passed === null ? '–' : one.passed ? 'passed' : 'failed', time(one.at)]);
    lines.push('', ...alignCells([['Gold item', 'answered', 'accepted', '', 'when'], ...rows]));
  }
  if (otherFacts.length > 0) lines.push('', 'Also known', ...otherFacts.map(({ at, annotation, fact }) => `${time(at)}  ${JSON.stringify(fact)}${annotation === null ? '' : `, annotation ${annotation}`}`));
  if (changes.length > 0) {
    lines.push('', 'What followed');
    for (const { at, project, from, to, reason, decidedBy, fact } of changes) {
      lines.push(`${time(at)}  ${project ?? 'every project'}: ${from} → ${to}, by ${decidedBy}${fact === null ? '' : ` (${fact})`}: ${reason}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const time = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
