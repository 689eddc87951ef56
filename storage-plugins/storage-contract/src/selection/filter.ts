import type { ListOptions } from '../list-options.js';
import { compileFieldRequirement } from './field-requirement.js';
import { compileFullText } from './full-text/compile-full-text.js';
import { compileFuzzyNameFilter } from './fuzzy-name-filter.js';
import { compileLabelRequirement } from './label-requirement.js';
import { compileNameFilter } from './name-filter.js';
import type { SelectableObject } from './selectable-object.js';

type Test = (object: SelectableObject) => boolean;

/**
 * Every filter of the options that looks at one object alone, as one function; `owner`, `extraLabelSelector` and
 * `rawQuery` need more than that and are left to the storage. Cheap tests come first; an object is parsed only for fieldSelector.
 */
export function compileFilter(options: ListOptions): Test {
  const tests: Test[] = [];
  const { clusters, namespaces, names, fuzzyNames, since, before } = options;
  if (clusters !== undefined) {
    const test = compileNameFilter(clusters);
    tests.push((object) => test(object.cluster));
  }
  if (namespaces !== undefined) {
    const test = compileNameFilter(namespaces);
    tests.push((object) => test(object.namespace));
  }
  if (names !== undefined) {
    const test = compileNameFilter(names);
    tests.push((object) => test(object.name));
  }
  if (since !== undefined) tests.push(({ createdAt }) => createdAt !== undefined && createdAt >= since);
  if (before !== undefined) tests.push(({ createdAt }) => createdAt !== undefined && createdAt < before);
  for (const requirement of options.labelSelector ?? []) {
    const test = compileLabelRequirement(requirement);
    tests.push((object) => test(object.labels));
  }
  if (fuzzyNames !== undefined) {
    const test = compileFuzzyNameFilter(fuzzyNames);
    tests.push((object) => test(object.name));
  }
  if (options.fullText !== undefined) {
    const test = compileFullText(options.fullText);
    tests.push(({ json }) => test(json));
  }
  if (options.fieldSelector !== undefined && options.fieldSelector.length > 0) {
    const requirements = options.fieldSelector.map(compileFieldRequirement);
    tests.push((object) => {
      const fields = object.fields();
      return requirements.every((test) => test(fields));
    });
  }
  return (object) => tests.every((test) => test(object));
}
