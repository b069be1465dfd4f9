import { expect, test } from 'vitest';
import { commandOf, type KeyPress } from './keymap.js';

const press = (key: string, rest: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  isComposing: false,
  repeat: false,
  editable: false,
  field: null,
  dialogOpen: false,
  panel: null,
  ...rest,
});

test('the verdict keys stand in the order of the buttons', () => {
  const chosen = ['1', '2', '3', '4'].map((key) => commandOf(press(key)));
  expect(chosen).toEqual(['a', 'tie', 'both_bad', 'b'].map((verdict) => ({ type: 'choose', verdict })));
  expect(['5', '6'].map((key) => commandOf(press(key)))).toEqual(['slightly', 'much'].map((strength) => ({ type: 'strengthen', strength })));
  expect(commandOf(press('constructor'))).toBeUndefined();
});

test('digits and letters without a meaning do nothing, and do not reach the native controls either', () => {
  for (const key of ['7', '0', 'q', 'Q', 'z']) expect(commandOf(press(key)), key).toEqual({ type: 'nothing' });
  for (const key of ['Enter', 'Tab', 'F5', ' ', 'ArrowDown', 'Backspace']) expect(commandOf(press(key)), key).toBeUndefined();
});

test('s, d and ? are ours, in either case', () => {
  expect(commandOf(press('S'))).toEqual({ type: 'open', panel: 'skip' });
  expect(commandOf(press('d'))).toEqual({ type: 'differences' });
  expect(commandOf(press('?', { shiftKey: true }))).toEqual({ type: 'open', panel: 'keys' });
});

test('in a row of levels digits rate it; elsewhere they are verdicts', () => {
  const field = 'likert:clarity:b';
  expect(commandOf(press('4', { field }))).toEqual({ type: 'rate-and-go-on', dimension: 'clarity', side: 'b', level: 4 });
  expect(commandOf(press('6', { field }))).toEqual({ type: 'nothing' });
  expect(commandOf(press('4', { field: 'verdict' }))).toEqual({ type: 'choose', verdict: 'b' });
  expect(commandOf(press('Escape', { field }))).toEqual({ type: 'leave-field' });
});

test('text size is + and -, with Shift or without', () => {
  expect(commandOf(press('+', { shiftKey: true }))).toEqual({ type: 'prefer', change: 'larger-text' });
  expect(commandOf(press('-'))).toEqual({ type: 'prefer', change: 'smaller-text' });
});

test.each([{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { shiftKey: true }, { isComposing: true }, { editable: true }, { dialogOpen: true }])(
  'leaves a verdict key alone with %o',
  (rest) => {
    expect(commandOf(press('1', rest))).toBeUndefined();
  },
);

test("leaves Ctrl+Enter, the host's Submit, alone", () => {
  expect(commandOf(press('Enter', { ctrlKey: true }))).toBeUndefined();
});

test('a key held down does nothing, and does not reach the native controls either', () => {
  expect(commandOf(press('1', { repeat: true }))).toEqual({ type: 'nothing' });
});

test('Escape closes a panel, also from a text field; without one it is not ours', () => {
  expect(commandOf(press('Escape', { panel: 'guideline', editable: true }))).toEqual({ type: 'close' });
  expect(commandOf(press('Escape', { editable: true, field: 'rationale' }))).toEqual({ type: 'leave-field' });
  expect(commandOf(press('Escape', { editable: true }))).toBeUndefined();
  expect(commandOf(press('Escape'))).toBeUndefined();
});

test('while a skip reason is asked for, numbers are reasons and never verdicts', () => {
  expect(commandOf(press('1', { panel: 'skip' }))).toEqual({ type: 'skip', reason: 'not_my_field' });
  expect(commandOf(press('5', { panel: 'skip' }))).toEqual({ type: 'skip', reason: 'distressing' });
  expect(commandOf(press('9', { panel: 'skip' }))).toEqual({ type: 'nothing' });
  expect(commandOf(press('1', { panel: 'guideline' }))).toEqual({ type: 'choose', verdict: 'a' });
});
