import { useEffect, useRef, type ReactNode } from 'react';
import { ScrollingPart } from './ScrollingPart.js';

interface SidePanelProps {
  readonly title: string;
  /** `wide` takes the place of the responses, `small` hangs from the header. */
  readonly size?: 'wide' | 'small';
  readonly children: ReactNode;
  onClose(): void;
}

/** A panel over a part of the comparison that leaves the decision in reach; Escape closes it and the keyboard goes back to where it was. */
export function SidePanel({ title, size, children, onClose }: SidePanelProps): ReactNode {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const [before, own] = [document.activeElement, panel.current];
    own?.focus();
    return () => {
      const lost = document.activeElement === document.body || own?.contains(document.activeElement) === true;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside ref={panel} className={`pl-side-panel${size === undefined ? '' : ` pl-panel-${size}`}`} aria-label={title} tabIndex={-1}>
      <header>
        <strong>{title}</strong>
        <button type="button" className="pl-plain" onClick={onClose}>Close <kbd aria-hidden="true">Esc</kbd></button>
      </header>
      <ScrollingPart className="pl-side-panel-body" label={`${title}, text`}>{children}</ScrollingPart>
    </aside>
  );
}
