import type { LabelRequirement, NameFilter, OwnerSelection } from '@clusterdex/storage-contract';
import { GrammarError } from '../kube/grammar-error.js';
import { parseInt64 } from '../kube/parse-int64.js';
import type { QueryDraft } from './query-draft.js';
import { valuesFromLabels } from './search-labels.js';

const deepestOwner = 10;
const mostParts = 250;
/** No page is larger; it leaves room for arithmetic in any language. */
const largestInteger = 2 ** 31 - 1;

/** `a,b`: the whole text is trimmed, its elements are not. */
export function parseNames(text: string): NameFilter | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : { in: [...new Set(trimmed.split(','))] };
}

/** Parts of names: trimmed, empty ones left out. */
export function parseFuzzyNames(text: string): NameFilter | undefined {
  const parts = trimParts(text.split(','));
  return parts.length === 0 ? undefined : { in: parts };
}

/** Several requirements that select are one too many: a filter cannot say that a name contains two parts at once. */
export function fuzzyNamesFromLabels(requirements: readonly LabelRequirement[]): NameFilter | undefined {
  const excluded = requirements.filter(({ operator }) => operator === 'notIn');
  const selecting = requirements.filter(({ operator }) => operator !== 'notIn');
  const [first, ...more] = selecting.map((requirement) => trimParts(valuesFromLabels([requirement])));
  if (more.some((parts) => parts.toSorted().join() !== first?.toSorted().join())) {
    throw new GrammarError('one requirement is expected, with all parts of which a name has to contain one: in (a,b)');
  }
  const parts = first ?? [];
  const excludedParts = trimParts(excluded.flatMap(({ values }) => values));
  if (parts.length === 0 && excludedParts.length === 0) return undefined;
  return { ...(parts.length > 0 && { in: parts }), ...(excludedParts.length > 0 && { notIn: excludedParts }) };
}

function trimParts(parts: readonly string[]): readonly string[] {
  const trimmed = [...new Set(parts.map((part) => part.trim()))].filter((part) => part !== '');
  if (trimmed.length > mostParts)
    throw new GrammarError(`at most ${mostParts} parts of names, found ${trimmed.length}`);
  return trimmed;
}

export function parseText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

/** `0` and `false` in any case are false, everything else is true, no text at all as well. */
export function parseBoolean(text: string): boolean {
  return text !== '0' && text.toLowerCase() !== 'false';
}

/** As parseInt64; what is larger than anything that can be counted becomes the largest number that can. */
export function parseCount(text: string): number {
  const value = Number(parseInt64(text));
  return Math.max(-largestInteger, Math.min(value, largestInteger));
}

/** An offset, or the token of an earlier answer. */
export function parseContinue(text: string): QueryDraft['start'] {
  if (text === '') return undefined;
  return /^[+-]?[0-9]+$/.test(text) ? parseOffset(text) : { token: text };
}

export function parseOffset(text: string): { readonly offset: number } {
  const offset = Number(parseInt64(text));
  if (offset < 0) throw new GrammarError(`an offset is 0 or more, found ${JSON.stringify(text)}`);
  return { offset: Math.min(offset, largestInteger) };
}

/** `resource` or `resource.group`. */
export function parseGroupResource(text: string): OwnerSelection['groupResource'] {
  if (text === '') return undefined;
  const dot = text.indexOf('.');
  const resource = dot === -1 ? text : text.slice(0, dot);
  if (resource === '') {
    throw new GrammarError(
      `expected resource or resource.group (pods, deployments.apps), found ${JSON.stringify(text)}`,
    );
  }
  return { group: dot === -1 ? '' : text.slice(dot + 1), resource };
}

export function parseSeniority(text: string): number | undefined {
  if (text === '') return undefined;
  const seniority = Number(parseInt64(text));
  if (seniority < 0 || seniority > deepestOwner) {
    throw new GrammarError(`a seniority is 0 (the parent) to ${deepestOwner}, found ${JSON.stringify(text)}`);
  }
  return seniority === 0 ? undefined : seniority;
}
