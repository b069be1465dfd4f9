import { z } from 'zod';

export const TEXT_SIZES = ['small', 'normal', 'large', 'larger'] as const;

const preferencesSchema = z.object({
  /** `auto`: side by side where there is room, else stacked. */
  layout: z.enum(['auto', 'stacked']).catch('auto'),
  /** Whether the two responses scroll as one. */
  scrollTogether: z.boolean().catch(false),
  textSize: z.enum(TEXT_SIZES).catch('normal'),
});

/** How an annotator likes to read; kept in their browser, never part of a vote. */
export type Preferences = Readonly<z.infer<typeof preferencesSchema>>;

export const DEFAULT_PREFERENCES: Preferences = { layout: 'auto', scrollTogether: false, textSize: 'normal' };

export type PreferenceChange = 'layout' | 'scroll-together' | 'larger-text' | 'smaller-text';

/** The preferences after a change; text sizes end at their smallest and largest. */
export function changePreferences(preferences: Preferences, change: PreferenceChange): Preferences {
  switch (change) {
    case 'layout':
      return { ...preferences, layout: preferences.layout === 'auto' ? 'stacked' : 'auto' };
    case 'scroll-together':
      return { ...preferences, scrollTogether: !preferences.scrollTogether };
    case 'larger-text':
    case 'smaller-text': {
      const at = TEXT_SIZES.indexOf(preferences.textSize) + (change === 'larger-text' ? 1 : -1);
      return { ...preferences, textSize: TEXT_SIZES[Math.min(Math.max(at, 0), TEXT_SIZES.length - 1)]! };
    }
  }
}

/** Where preferences are kept. */
export interface PreferenceStore {
  read(): Preferences;
  write(preferences: Preferences): void;
}

const KEY = 'pairloop.preferences';

/** Preferences in a browser's storage. Where it is closed to us (private windows, policies) they last as long as the page. */
export function storedPreferences(storage: () => Pick<Storage, 'getItem' | 'setItem'>): PreferenceStore {
  let last: Preferences | undefined;
  return {
    read() {
      if (last !== undefined) return last;
      try {
        return preferencesSchema.parse(JSON.parse(storage().getItem(KEY) ?? '{}'));
      } catch {
        return DEFAULT_PREFERENCES;
      }
    },
    write(preferences) {
      last = preferences;
      try {
        storage().setItem(KEY, JSON.stringify(preferences));
      } catch {
        // Storage is full or closed: `last` serves for this page.
      }
    },
  };
}
