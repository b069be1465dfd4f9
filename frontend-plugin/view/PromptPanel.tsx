import { useMemo, type ReactNode } from 'react';
import type { Message } from '../../core/domain/pair.js';
import { MarkdownText } from './MarkdownText.js';
import { ScrollingPart } from './ScrollingPart.js';
import type { ComparisonSession } from './state/session.js';
import { arrangeTurns } from './state/turns.js';
import { readText } from './state/text-document.js';

const ROLES: Readonly<Record<Message['role'], string>> = { system: 'System', user: 'User', assistant: 'Assistant', tool: 'Tool' };

/** The prompt: what the responses answer is always in view; earlier turns and the system prompt stand above it on demand. */
export function PromptPanel({ session }: { readonly session: ComparisonSession }): ReactNode {
  const { prompt, messages } = session.host.task;
  const { parts } = session.state;
  const { system, earlier, latest } = useMemo(() => arrangeTurns(prompt, messages), [prompt, messages]);
  const toggle = (part: 'earlier' | 'system', key: string, label: string): ReactNode => (
    <button type="button" className="pl-plain" aria-expanded={parts[part]} aria-keyshortcuts={key} onClick={() => session.dispatch({ type: 'toggle', part })}>
      {label} <kbd aria-hidden="true">{key}</kbd>
    </button>
  );
  const [showSystem, showEarlier] = [parts.system && system.length > 0, parts.earlier && earlier.length > 0];
  return (
    <section className="pl-prompt" aria-label="Prompt">
      <div className="pl-prompt-head">
        <span>Prompt</span>
        {earlier.length === 0 ? null : toggle('earlier', 'E', earlier.length === 1 ? '1 earlier turn' : `${earlier.length} earlier turns`)}
        {system.length === 0 ? null : toggle('system', 'Y', 'System prompt')}
      </div>
      {showSystem || showEarlier ? (
        <ScrollingPart className="pl-prompt-before" label="What came before">
          {showSystem ? <Turns turns={system} named /> : null}
          {showEarlier ? <Turns turns={earlier} named /> : null}
        </ScrollingPart>
      ) : null}
      <ScrollingPart className="pl-prompt-body" label="Text of the prompt">
        <Turns turns={latest} named={showSystem || showEarlier || latest.length > 1} />
      </ScrollingPart>
    </section>
  );
}

function Turns({ turns, named }: { readonly turns: readonly Message[]; readonly named: boolean }): ReactNode {
  return turns.map((turn, at) => (
    <div key={at} className="pl-turn" data-role={turn.role}>
      {named ? <span className="pl-role">{ROLES[turn.role]}</span> : null}
      <Turn content={turn.content} />
    </div>
  ));
}

function Turn({ content }: { readonly content: string }): ReactNode {
  return <MarkdownText text={useMemo(() => readText(content), [content])} />;
}
