/** How much of a response's code counts where its syntax cannot be had. */
const TOKENS = 512;
const TOKEN = /[\p{L}\p{M}\p{N}_]+|[^\p{L}\p{M}\p{N}_\s]/gu;

/** The text up to the end of its 512th token: a run of letters, digits and _, or one other visible character. */
export function firstTokens(text: string): string {
  let count = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    count += 1;
    if (count === TOKENS) return text.slice(0, index + token.length);
  }
  return text;
}
