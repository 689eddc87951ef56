import { defineParameter } from './parameter.js';
import { valueFromLabels } from './search-labels.js';
import { parseBoolean, parseContinue, parseCount, parseOffset } from './simple-values.js';

const booleanGrammar = '`0` and `false` in any case are false, anything else is true, no value as well';

export const pagingParameters = Object.freeze([
  defineParameter({
    name: 'page size',
    member: 'limit',
    url: ['limit'],
    labels: ['search.clusterpedia.io/limit', 'search.clusterpedia.io/size'],
    grammar: 'a 64-bit integer; 0 and less mean no limit',
    description:
      'As a URL parameter the size of a page, as in Kubernetes: when more objects follow, the answer has `metadata.continue`. As a label the best so many: without `continue`, unless asked for, since kubectl would follow it to the end. kubectl sends `limit=500` of its own accord, which wins: give it `--chunk-size=0` for the label to count.',
    default: 'no limit',
    examples: ['limit=100', 'labelSelector=search.clusterpedia.io/limit=10'],
    scope: 'list',
    bareErrors: true,
    fromUrl: (value) => countLimit(value, false),
    fromLabels: (requirements) => countLimit(valueFromLabels(requirements), true),
  }),
  defineParameter({
    name: 'offset',
    member: 'start',
    url: ['continue'],
    labels: ['search.clusterpedia.io/offset'],
    grammar: 'the `continue` of an earlier answer, or how many objects to skip; on labels the number alone',
    description:
      'Where the page begins. A `continue` goes on behind the last object of the page before, whatever was written meanwhile, and only with the query that it came from; a number counts anew each time.',
    default: '0',
    examples: ['limit=100&continue=200', 'labelSelector=search.clusterpedia.io/offset=200'],
    scope: 'list',
    fromUrl: parseContinue,
    fromLabels: (requirements) => parseOffset(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'return continue',
    member: 'withContinue',
    url: ['withContinue'],
    labels: ['search.clusterpedia.io/with-continue'],
    grammar: booleanGrammar,
    description: 'Whether the answer has `continue` when more objects follow.',
    default: 'true with the URL parameter limit, else false',
    examples: ['limit=100&withContinue=false', 'labelSelector=search.clusterpedia.io/with-continue=true'],
    scope: 'list',
    fromUrl: parseBoolean,
    fromLabels: (requirements) => parseBoolean(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'return remaining count',
    member: 'withRemainingCount',
    url: ['withRemainingCount'],
    labels: ['search.clusterpedia.io/with-remaining-count'],
    grammar: booleanGrammar,
    description: 'Whether the answer has `remainingItemCount`: how many objects match and come after this page.',
    default: 'the feature gate RemainingItemCount (false)',
    examples: ['limit=1&withRemainingCount=true', 'labelSelector=search.clusterpedia.io/with-remaining-count=true'],
    scope: 'list',
    fromUrl: parseBoolean,
    fromLabels: (requirements) => parseBoolean(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'only metadata',
    member: 'onlyMetadata',
    url: ['onlyMetadata'],
    grammar: booleanGrammar,
    description: 'Reduces each object to apiVersion, kind and metadata.',
    default: 'false',
    examples: ['onlyMetadata=true'],
    scope: 'list',
    fromUrl: parseBoolean,
  }),
  defineParameter({
    name: 'inject events',
    member: 'injectEvents',
    url: ['injectEvents'],
    labels: ['search.clusterpedia.io/inject-events'],
    grammar: booleanGrammar,
    description: 'Puts the Events of each object into its annotation `shadow.clusterpedia.io/events`, as a JSON array.',
    default: 'false',
    examples: ['injectEvents=true', 'labelSelector=search.clusterpedia.io/inject-events=true'],
    scope: 'list and get',
    fromUrl: parseBoolean,
    fromLabels: (requirements) => parseBoolean(valueFromLabels(requirements)),
  }),
]);

function countLimit(text: string, top: boolean): { readonly count: number; readonly top: boolean } | undefined {
  const count = parseCount(text);
  return count === 0 ? undefined : { count, top };
}
