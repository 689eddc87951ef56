import type { LabelRequirement } from '@clusterdex/storage-contract';
import { GrammarError } from '../kube/grammar-error.js';
import type { QueryDraft } from './query-draft.js';

/** What there is to know of one search condition: how it is written, and what it means. The documentation is made of it. */
export interface ParameterText {
  /** In words, as the documentation calls it. */
  readonly name: string;
  /** Its URL parameters. */
  readonly url?: readonly string[];
  /** Its keys in the label selector; the first is the one to use. */
  readonly labels?: readonly string[];
  /** The grammar of its value. */
  readonly grammar: string;
  readonly description: string;
  /** What holds when it is not given. */
  readonly default?: string;
  /** Query strings, not yet encoded, one for each way to write it; they are tested. */
  readonly examples: readonly string[];
  /** Where it applies: to lists, to lists and single objects, or to the collection resource `any` alone. */
  readonly scope: 'list' | 'list and get' | 'any';
  /** Every occurrence in the URL counts; otherwise the first. */
  readonly repeatable?: true;
  /** Its URL errors stand alone, as a kube-apiserver has them, without the name of the parameter. */
  readonly bareErrors?: true;
}

export interface ParameterDefinition<Member extends keyof QueryDraft> extends ParameterText {
  /** What it sets. */
  readonly member: Member;
  /** The value of a URL parameter; undefined says nothing, so that a label may. GrammarError when it is malformed. */
  readonly fromUrl?: (value: string, previous: QueryDraft[Member]) => QueryDraft[Member];
  /** All requirements of its keys, at least one, in the order of the selector. GrammarError when they are malformed. */
  readonly fromLabels?: (requirements: readonly LabelRequirement[]) => QueryDraft[Member];
}

export interface Parameter extends ParameterText {
  readonly applyUrl: (draft: QueryDraft, value: string) => void;
  /** Does nothing when the draft has a value, which came from the URL. */
  readonly applyLabels: (draft: QueryDraft, requirements: readonly LabelRequirement[]) => void;
}

export function defineParameter<Member extends keyof QueryDraft>(definition: ParameterDefinition<Member>): Parameter {
  const { member, fromUrl, fromLabels, ...text } = definition;
  return Object.freeze({
    ...text,
    applyUrl(draft: QueryDraft, value: string) {
      const parsed = fromUrl?.(value, draft[member]);
      if (parsed !== undefined) draft[member] = parsed;
    },
    applyLabels(draft: QueryDraft, requirements: readonly LabelRequirement[]) {
      const parsed = draft[member] === undefined ? fromLabels?.(requirements) : undefined;
      if (parsed !== undefined) draft[member] = parsed;
    },
  });
}

/** A parameter that is known, so that it is no error, and that changes nothing. */
export function acceptParameter(text: ParameterText): Parameter {
  return Object.freeze({ ...text, applyUrl() {}, applyLabels() {} });
}

/** A parameter that is known, and refused with a reason. */
export function refuseParameter(text: ParameterText, reason: string): Parameter {
  const refuse = () => {
    throw new GrammarError(reason);
  };
  return Object.freeze({ ...text, applyUrl: refuse, applyLabels: refuse });
}
