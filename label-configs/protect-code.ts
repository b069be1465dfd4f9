/**
 * JavaScript as it may stand in a label config's CDATA section, meaning the same. Rewritten are, as escapes:
 * - `]]>`, which ends the section. Splitting it into two sections is no way out: Label Studio's editor takes
 *   an element's code as its inner markup (web/libs/editor/src/core/Tree.tsx), the section's ends included.
 * - `&` before what could be the name or number of an entity, because Label Studio's older tag for code
 *   decodes entities in it (CustomTag.jsx: `decodeHtmlEntities`).
 * - `name="`: its server checks that names differ by searching the whole text for that (1.23.2,
 *   core/label_config.py: `validate_label_config`).
 * - characters that XML 1.0 does not allow.
 *
 * Expects code whose tokens are separated by white space, as vite.react-code.config.ts prints it: then all of these
 * stand in string, template and regular expression literals, where an escape is the character itself.
 *
 * @throws Error for code with `String.raw`, in which an escape is none.
 */
export function protectCode(code: string): string {
  if (code.includes('String.raw')) throw new Error('The code uses String.raw, whose text cannot be escaped.');
  return code
    .replaceAll(']]>', String.raw`]]\x3e`)
    .replace(/(\\*)&(?=[a-z#])/gi, (_all, slashes: string) => `${unescaped(slashes)}\\x26`)
    .replace(/name="/gi, (found) => `${found.slice(0, -2)}\\x3d"`)
    .replace(/(\\*)([^\t\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}])/gu, (_all, slashes: string, one: string) => `${unescaped(slashes)}${escapeOf(one)}`);
}

/** The backslashes before a character that becomes an escape itself: one that escaped it goes. */
function unescaped(slashes: string): string {
  return slashes.length % 2 === 0 ? slashes : slashes.slice(1);
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
