/** A piece of code in a response, and the language its fence names, in lower case; undefined where it names none. */
export interface CodeBlock {
  readonly language: string | undefined;
  readonly code: string;
}

/** An opening fence of ``` or ~~~ with what it says, up to the same fence again or the end. */
const FENCED = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n([^]*?)(?:^ {0,3}\1[`~]*[ \t]*$|$(?![^]))/gm;

/** The fenced code blocks of a response in Markdown; one without any fence is code as a whole. */
export function codeBlocks(response: string): CodeBlock[] {
  const fenced = [...response.matchAll(FENCED)].map(([, , language = '', code = '']) => ({ language: language === '' ? undefined : language.toLowerCase(), code }));
  return fenced.length > 0 ? fenced : [{ language: undefined, code: response }];
}
