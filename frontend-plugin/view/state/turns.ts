import type { Message } from '../../../core/domain/pair.js';

export interface Turns {
  readonly system: readonly Message[];
  readonly earlier: readonly Message[];
  /** The last user turn and whatever follows it; the whole conversation when no user speaks. */
  readonly latest: readonly Message[];
}

/** Arranges a prompt for reading: what the responses answer, what came before, and the system prompt apart. */
export function arrangeTurns(prompt: string | null, messages: readonly Message[] | null): Turns {
  const all: Message[] = [...(messages ?? []), ...(prompt === null ? [] : [{ role: 'user' as const, content: prompt }])];
  const system = all.filter((turn) => turn.role === 'system');
  const spoken = all.filter((turn) => turn.role !== 'system');
  const last = Math.max(0, spoken.findLastIndex((turn) => turn.role === 'user'));
  if (spoken.length === 0) return { system: [], earlier: [], latest: system };
  return { system, earlier: spoken.slice(0, last), latest: spoken.slice(last) };
}
