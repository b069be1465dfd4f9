import { useMemo, useState, type ReactNode } from 'react';
import type { Message } from '../../core/domain/pair.js';
import { MarkdownText } from './MarkdownText.js';
import { arrangeTurns } from './state/turns.js';
import { parseMarkdown } from './state/markdown.js';

const ROLES: Readonly<Record<Message['role'], string>> = { system: 'System', user: 'User', assistant: 'Assistant', tool: 'Tool' };

interface PromptPanelProps {
  readonly prompt: string | null;
  readonly messages: readonly Message[] | null;
}

/** The prompt: the last user turn in full, earlier turns and the system prompt on demand. */
export function PromptPanel({ prompt, messages }: PromptPanelProps): ReactNode {
  const [open, setOpen] = useState<'earlier' | 'system' | null>(null);
  const { system, earlier, latest } = useMemo(() => arrangeTurns(prompt, messages), [prompt, messages]);
  const toggle = (part: 'earlier' | 'system', label: string): ReactNode => (
    <button type="button" className="pl-plain" aria-expanded={open === part} onClick={() => setOpen(open === part ? null : part)}>
      {label} <span aria-hidden="true">{open === part ? '▾' : '▸'}</span>
    </button>
  );
  return (
    <section className="pl-prompt" aria-label="Prompt">
      <div className="pl-prompt-head">
        <span>Prompt</span>
        {earlier.length === 0 ? null : toggle('earlier', earlier.length === 1 ? '1 earlier turn' : `${earlier.length} earlier turns`)}
        {system.length === 0 ? null : toggle('system', 'System prompt')}
      </div>
      <section className="pl-prompt-body" aria-label="Text of the prompt">
        {open === 'system' ? <Turns turns={system} named /> : null}
        {open === 'earlier' ? <Turns turns={earlier} named /> : null}
        <Turns turns={latest} named={open !== null || latest.length > 1} />
      </section>
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
  return <MarkdownText blocks={useMemo(() => parseMarkdown(content), [content])} />;
}
