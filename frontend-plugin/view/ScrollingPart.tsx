import { useEffect, useRef, useState, type ReactNode } from 'react';

interface ScrollingPartProps {
  readonly className: string;
  readonly label: string;
  readonly children: ReactNode;
}

/** A part that scrolls inside. While it does, the keyboard can go there, or it could not be read without a pointer. */
export function ScrollingPart({ className, label, children }: ScrollingPartProps): ReactNode {
  const part = useRef<HTMLElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const node = part.current;
    if (node === null) return undefined;
    // Looks for the first time when the browser has laid the page out anyway.
    const observer = new ResizeObserver(() => setScrolls(node.scrollHeight > node.clientHeight + 1));
    observer.observe(node);
    for (const child of node.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls has to be reached by the keyboard (WCAG 2.1.1)
    <section ref={part} className={className} aria-label={label} tabIndex={scrolls ? 0 : undefined}>
      <div>{children}</div>
    </section>
  );
}
