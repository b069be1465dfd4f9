/** Uniform in [0, 1). */
type Fractions = () => number;

const below = (n: number, random: Fractions): number => Math.floor(random() * n);

/** What a near-duplicate of a text is: the same text after one of these edits. */
export const EDITS: Readonly<Record<string, (text: string, random: Fractions) => string>> = {
  'typos in 3 % of the characters': withTypos,
  'sentences in another order': reordered,
  'case and white space': respaced,
  '8 % of the words changed': withOtherWords,
};

const TYPO_SHARE = 0.03;
const WORD_SHARE = 0.08;

/** At least one character replaced, left out, or exchanged with the next. */
function withTypos(text: string, random: Fractions): string {
  const characters = [...text];
  const typos = Math.max(1, Math.round(characters.length * TYPO_SHARE));
  for (let typo = 0; typo < typos; typo += 1) {
    const at = below(characters.length, random);
    const kind = below(3, random);
    if (kind === 0) characters[at] = String.fromCharCode(97 + below(26, random));
    else if (kind === 1) characters.splice(at, 1);
    else characters.splice(at, 2, ...characters.slice(at, at + 2).reverse());
  }
  return characters.join('');
}

function reordered(text: string, random: Fractions): string {
  const sentences = text.split(/(?<=[.!?\n])\s+/);
  for (let last = sentences.length - 1; last > 0; last -= 1) {
    const other = below(last + 1, random);
    [sentences[last], sentences[other]] = [sentences[other]!, sentences[last]!];
  }
  return sentences.join(' ');
}

function respaced(text: string, random: Fractions): string {
  const cased = random() < 0.5 ? text.toUpperCase() : text.toLowerCase();
  return cased.replace(/ /g, () => (random() < 0.2 ? '  ' : random() < 0.1 ? '\n' : ' '));
}

/** At least one word replaced by one of the text's other words, left out or doubled elsewhere. */
function withOtherWords(text: string, random: Fractions): string {
  const words = text.split(' ');
  const changes = Math.max(1, Math.round(words.length * WORD_SHARE));
  for (let change = 0; change < changes; change += 1) {
    const at = below(words.length, random);
    const kind = below(3, random);
    const other = words[below(words.length, random)]!;
    if (kind === 0) words[at] = other;
    else if (kind === 1 && words.length > 1) words.splice(at, 1);
    else words.splice(at, 0, other);
  }
  return words.join(' ');
}
