import { z } from 'zod';

/** What the tabs of one browser tell each other: that an annotator has submitted, changed or passed on a task. */
const submittedSchema = z.object({ type: z.literal('submitted'), user: z.string(), task: z.number() });

/** The other tabs of this browser that show the same Label Studio. */
export interface OtherTabs {
  tellSubmitted(task: number): void;
  /** Calls `listener` when this annotator has submitted a task in another tab. */
  onSubmitted(listener: (task: number) => void): void;
}

export function joinTabs(user: () => string): OtherTabs {
  const channel = new BroadcastChannel('pairloop');
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origins
    tellSubmitted: (task) => channel.postMessage({ type: 'submitted', user: user(), task }),
    onSubmitted(listener) {
      channel.addEventListener('message', ({ data }) => {
        const told = submittedSchema.safeParse(data);
        if (told.success && told.data.user === user()) listener(told.data.task);
      });
    },
  };
}
