import { isDeepStrictEqual } from 'node:util';
import type { ItemVote } from '../../core/domain/vote.js';
import { VERDICTS, type Verdict } from '../../core/domain/verdict.js';
import { decide, type AcceptanceRule } from '../../webhooks/quality/acceptance-rule.js';
import { agreementReport, type AgreementReport } from '../../webhooks/statistics/agreement-report.js';
import type { StoredVote } from './stored-votes.js';
import type { ReplayFile } from './replay-file.js';

export interface VoteDifference {
  readonly pair: string;
  readonly rater: string;
  /** In the file's sides; null: no vote. */
  readonly file: Verdict | null;
  readonly database: readonly Verdict[];
}

type VerdictCounts = Readonly<Record<Verdict, number>>;

/** What a replay shows: the file's votes against what became of them in the database, all in the file's sides. */
export interface Comparison {
  readonly votes: {
    readonly file: number;
    readonly database: number;
    readonly lost: readonly VoteDifference[];
    readonly doubled: readonly VoteDifference[];
    readonly wrong: readonly VoteDifference[];
    /** Votes that the file does not have. */
    readonly foreign: readonly VoteDifference[];
    /** Votes that are stored but do not count, by reason. */
    readonly notCounted: Readonly<Record<string, number>>;
  };
  readonly agreement: { readonly file: AgreementReport; readonly database: AgreementReport; readonly equal: boolean };
  readonly accepted: {
    readonly file: VerdictCounts;
    readonly database: VerdictCounts;
    /** Pairs whose accepted verdict differs. */
    readonly different: readonly string[];
  };
  /** Nothing lost, doubled, wrong or foreign; the same agreement; the same accepted pairs. */
  readonly equal: boolean;
}

const AGREEMENT_OPTIONS = { seed: 1 };

/**
 * Compares stored votes and accepted verdicts with what the file alone gives: agreement by the same
 * statistics, acceptance by the same rule, both computed from the file's own verdicts.
 */
export function compareReplay(
  file: ReplayFile,
  stored: readonly StoredVote[],
  accepted: ReadonlyMap<string, Verdict>,
  rule: AcceptanceRule,
): Comparison {
  const counted = stored.filter((vote) => vote.counted);
  const votes = compareVotes(file, counted);
  const agreement = {
    file: agreementReport(votesOfFile(file), AGREEMENT_OPTIONS),
    database: agreementReport(oneVoteEach(counted), AGREEMENT_OPTIONS),
  };
  const expected = acceptedByFile(file, rule);
  const different = [...new Set([...expected.keys(), ...accepted.keys()])].filter((id) => expected.get(id) !== accepted.get(id));
  const equalAgreement = isDeepStrictEqual(agreement.file, agreement.database);
  const clean = [votes.lost, votes.doubled, votes.wrong, votes.foreign, different].every((one) => one.length === 0);
  return {
    votes: { ...votes, notCounted: countReasons(stored) },
    agreement: { ...agreement, equal: equalAgreement },
    accepted: { file: countVerdicts(expected), database: countVerdicts(accepted), different },
    equal: clean && equalAgreement,
  };
}

function compareVotes(file: ReplayFile, counted: readonly StoredVote[]): Omit<Comparison['votes'], 'notCounted'> {
  const found = new Map<string, Verdict[]>();
  const key = (pairId: string, rater: string | undefined): string => JSON.stringify([pairId, rater ?? null]);
  for (const vote of counted) {
    const place = key(vote.pairId, vote.rater);
    found.set(place, [...(found.get(place) ?? []), vote.verdict]);
  }
  const expected = votesOfFile(file);
  const all = expected.map(({ item, rater, value }): VoteDifference => {
    const place = key(item, rater);
    const database = found.get(place) ?? [];
    found.delete(place);
    return { pair: item, rater, file: value, database };
  });
  return {
    file: expected.length,
    database: counted.length,
    lost: all.filter(({ database }) => database.length === 0),
    doubled: all.filter(({ database }) => database.length > 1),
    wrong: all.filter(({ file: verdict, database }) => database.some((one) => one !== verdict)),
    foreign: [...found].map(([place, database]) => {
      const [pair, rater] = JSON.parse(place) as [string, string | null];
      return { pair, rater: rater ?? 'somebody else', file: null, database };
    }),
  };
}

function votesOfFile(file: ReplayFile): (ItemVote & { readonly value: Verdict })[] {
  return [...file.votes].flatMap(([item, verdicts]) => [...verdicts].map(([rater, value]) => ({ item, rater, value })));
}

/** The first vote of each rater on each pair: statistics know no second one, and the comparison has named it. */
function oneVoteEach(counted: readonly StoredVote[]): ItemVote[] {
  const first = new Map<string, ItemVote>();
  for (const { pairId, rater = 'somebody else', verdict } of counted) {
    const place = JSON.stringify([pairId, rater]);
    if (!first.has(place)) first.set(place, { item: pairId, rater, value: verdict });
  }
  return [...first.values()];
}

function acceptedByFile(file: ReplayFile, rule: AcceptanceRule): Map<string, Verdict> {
  const accepted = new Map<string, Verdict>();
  for (const [pairId, verdicts] of file.votes) {
    const cast = [...verdicts].map(([raterId, verdict], annotationId) => ({ raterId, verdict, submittedAt: new Date(0), annotationId }));
    const { verdict } = decide(cast, rule);
    if (verdict !== null) accepted.set(pairId, verdict);
  }
  return accepted;
}

function countVerdicts(accepted: ReadonlyMap<string, Verdict>): VerdictCounts {
  const counts: Record<Verdict, number> = { a: 0, b: 0, tie: 0, both_bad: 0 };
  for (const verdict of VERDICTS) counts[verdict] = [...accepted.values()].filter((one) => one === verdict).length;
  return counts;
}

function countReasons(stored: readonly StoredVote[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const vote of stored) {
    const reason = vote.notCountedReason ?? 'no reason given';
    if (!vote.counted) counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}
