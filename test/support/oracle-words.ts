import type { FullTextQuery, FullTextTerm } from '@clusterdex/storage-contract';
import type { ExampleObject } from './example-object.js';
import type { Json } from './kubernetes-object.js';

/** The search for words of the oracle, character by character. */
export function passesFullText({ required, excluded }: FullTextQuery, example: ExampleObject): boolean {
  const texts = textsOf(example).map(splitWords);
  const has = (term: FullTextTerm): boolean =>
    texts.some((words) => words.some((_, start) => standsAt(words, start, term)));
  return required.every((alternatives) => alternatives.some(has)) && !excluded.some(has);
}

function standsAt(words: readonly string[], start: number, { words: wanted, prefix }: FullTextTerm): boolean {
  return wanted.every((word, index) => {
    const found = words[start + index];
    if (prefix && index === wanted.length - 1) return found?.startsWith(word) === true;
    return found === word;
  });
}

export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word !== '') words.push(word.slice(0, 128));
    word = '';
  };
  for (const character of text.normalize('NFKC').toLowerCase()) {
    const letter = character === 'ς' ? 'σ' : character;
    if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(letter)) {
      end();
      word = letter;
      end();
    } else if (/\p{L}|\p{N}|\p{M}/u.test(letter)) word += letter;
    else end();
  }
  end();
  return words;
}

const named = ['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'binaryData', 'stringData'];
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Every text of an object that may be searched. */
export function textsOf({ fields }: ExampleObject): string[] {
  const texts: string[] = [];
  const isSecret = fields.kind === 'Secret';
  const visit = (value: Json, path: readonly string[]): void => {
    const place = path.join('/');
    if (['metadata/managedFields', 'metadata/resourceVersion'].includes(place)) return;
    const [parent = '', name = ''] = path.slice(-2);
    const isAnnotation = path.length === 3 && place.startsWith('metadata/annotations/');
    const isCluster = isAnnotation && name === 'shadow.clusterpedia.io/cluster-name';
    const isHidden =
      path.length > 1 &&
      ((path.length === 2 && parent === 'binaryData') ||
        (isSecret && path.length === 2 && ['data', 'stringData'].includes(parent)) ||
        (isSecret && isAnnotation && !isCluster));
    const front = path.length > 1 && named.includes(parent) && !isCluster ? `${name} ` : '';
    if (isHidden) texts.push(name);
    else if (Array.isArray(value)) {
      if (front !== '') texts.push(name);
      for (const element of value) visit(element, [...path, '[]']);
    } else if (value !== null && typeof value === 'object') {
      if (front !== '') texts.push(name);
      for (const [member, inner] of Object.entries(value)) visit(inner, [...path, member]);
    } else if (typeof value === 'number') texts.push(`${front}${value}`);
    else if (typeof value === 'string' && !time.test(value)) texts.push(`${front}${value}`);
    else texts.push(front);
  };
  visit(fields, []);
  return texts;
}
