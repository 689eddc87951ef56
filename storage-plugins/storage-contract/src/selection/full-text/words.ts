/** So many UTF-16 units of a word count; what comes behind them does not. */
export const longestWord = 128;

/**
 * A letter of a script that puts no blanks between words is a word of its own, with the marks that belong to it; of other letters, digits and
 * marks as many as stand together.
 */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+/gu;

/**
 * The words of a text, in their order: it is brought into Unicode's form NFKC and into lower case (a final sigma becomes a plain one), then cut at
 * everything that is no letter, digit or mark. `nginx-ingress/controller:v1.2` has the words nginx, ingress, controller, v1 and 2.
 */
export function wordsOf(text: string): string[] {
  const folded = text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
  return (folded.match(word) ?? []).map(shorten);
}

function shorten(text: string): string {
  if (text.length <= longestWord) return text;
  const last = text.charCodeAt(longestWord - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? longestWord - 1 : longestWord);
}
