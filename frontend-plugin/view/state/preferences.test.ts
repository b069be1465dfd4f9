import { expect, test } from 'vitest';
import { changePreferences, DEFAULT_PREFERENCES, storedPreferences } from './preferences.js';

test('text sizes end at the smallest and the largest', () => {
  let at = DEFAULT_PREFERENCES;
  for (let step = 0; step < 9; step++) at = changePreferences(at, 'larger-text');
  expect(at.textSize).toBe('larger');
  for (let step = 0; step < 9; step++) at = changePreferences(at, 'smaller-text');
  expect(at.textSize).toBe('small');
});

test('preferences outlive the page, whatever else stands in the storage', () => {
  const kept = new Map([['pairloop.preferences', '{"layout":"diagonal","scrollTogether":true,"other":1}']]);
  const storage = () => ({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
  const first = storedPreferences(storage);
  expect(first.read()).toEqual({ layout: 'auto', scrollTogether: true, textSize: 'normal' });
  first.write(changePreferences(first.read(), 'layout'));
  expect(storedPreferences(storage).read()).toMatchObject({ layout: 'stacked', scrollTogether: true });
});

test('where the storage is closed or broken, preferences last as long as the page', () => {
  const closed = storedPreferences(() => {
    throw new Error('denied');
  });
  expect(closed.read()).toEqual(DEFAULT_PREFERENCES);
  closed.write({ ...DEFAULT_PREFERENCES, textSize: 'large' });
  expect(closed.read().textSize).toBe('large');
  expect(storedPreferences(() => ({ getItem: () => '{', setItem: () => undefined })).read()).toEqual(DEFAULT_PREFERENCES);
});
