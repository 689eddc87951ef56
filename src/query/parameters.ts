import { collectionParameters } from './collection-parameters.js';
import { kubernetesParameters } from './kubernetes-parameters.js';
import { nameParameters } from './name-parameters.js';
import { ownerParameters } from './owner-parameters.js';
import { pagingParameters } from './paging-parameters.js';
import type { Parameter } from './parameter.js';
import { rawParameters } from './raw-parameters.js';
import { selectorParameters } from './selector-parameters.js';

/** Every search condition, one entry each: requests are read by it, and docs/search-conditions.md is made of it. */
export const parameters: readonly Parameter[] = Object.freeze([
  ...nameParameters,
  ...selectorParameters,
  ...ownerParameters,
  ...pagingParameters,
  ...collectionParameters,
  ...rawParameters,
  ...kubernetesParameters,
]);

export const parametersByUrl: ReadonlyMap<string, Parameter> = new Map(
  parameters.flatMap((parameter) => (parameter.url ?? []).map((url) => [url, parameter] as const)),
);

export const parametersByLabel: ReadonlyMap<string, Parameter> = new Map(
  parameters.flatMap((parameter) => (parameter.labels ?? []).map((label) => [label, parameter] as const)),
);
