import { parseFieldSelector } from '../kube/field-selector.js';
import { GrammarError } from '../kube/grammar-error.js';
import { parseLabelSelector } from '../kube/label-selector.js';
import { parseTimeBound } from '../kube/time-formats.js';
import { parseQuery, queryFromLabels } from './full-text-query.js';
import { parseOrderBy, parseOrderLabels } from './order-by.js';
import { defineParameter, refuseParameter } from './parameter.js';
import { valueFromLabels, valuesFromLabels } from './search-labels.js';

/** A database nests one level for each requirement, and has an end of its patience. */
const mostRequirements = 250;

const timeGrammar =
  '`2024-05-01T12:00:00Z` (RFC 3339; a `+` is written `%2B`), `2024-05-01 12:00:00` and `2024-05-01` (both UTC), or a unix timestamp of 10 (seconds) or 13 digits (milliseconds); on labels a date or a timestamp';

export const selectorParameters = Object.freeze([
  defineParameter({
    name: 'labels',
    member: 'labelSelector',
    url: ['labelSelector'],
    grammar: 'a Kubernetes label selector: `=`, `==`, `!=`, `in`, `notin`, `key`, `!key`, `>`, `<`',
    description:
      'Objects with matching labels. It also carries the search labels of this table, which no object has to have.',
    default: 'all',
    examples: ['labelSelector=app in (web,api),tier!=db,!legacy'],
    scope: 'list',
    bareErrors: true,
    fromUrl: (value) => limitRequirements(parseLabelSelector(value)),
  }),
  defineParameter({
    name: 'fields',
    member: 'fieldSelector',
    url: ['fieldSelector'],
    grammar: 'see below',
    description: 'Objects with matching fields; any path, into lists as well.',
    default: 'all',
    examples: ['fieldSelector=spec.containers[].image=nginx,status.phase!=Running'],
    scope: 'list',
    fromUrl: (value) => limitRequirements(parseFieldSelector(value).map(({ requirement }) => requirement)),
  }),
  defineParameter({
    name: 'since',
    member: 'since',
    url: ['since'],
    labels: ['search.clusterpedia.io/since'],
    grammar: timeGrammar,
    description: 'Objects created at this time or later.',
    default: 'no bound',
    examples: ['since=2024-05-01T12:00:00Z', 'labelSelector=search.clusterpedia.io/since=2024-05-01'],
    scope: 'list',
    fromUrl: parseBound,
    fromLabels: (requirements) => parseBound(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'before',
    member: 'before',
    url: ['before'],
    labels: ['search.clusterpedia.io/before'],
    grammar: timeGrammar,
    description: 'Objects created before this time. Earlier than `since` is an error.',
    default: 'no bound',
    examples: ['before=2024-05-02', 'labelSelector=search.clusterpedia.io/before=1714608000'],
    scope: 'list',
    fromUrl: parseBound,
    fromLabels: (requirements) => parseBound(valueFromLabels(requirements)),
  }),
  defineParameter({
    name: 'order',
    member: 'orderBy',
    url: ['orderby'],
    labels: ['search.clusterpedia.io/orderby'],
    grammar:
      '`field` or `field desc`, joined by commas; on labels `field` or `field_desc`. A field is `cluster`, `namespace`, `name`, `created_at`, `resource_version`, `uid`, `kind`, `synced_at`, or the path of one value, as in the field selector',
    description:
      'The order of the list, most important field first, on labels in the order in which they stand in the selector. Absent values come first, then numbers, then text; equals are ordered by cluster, namespace, name.',
    default: 'cluster, namespace, name',
    examples: [
      "orderby=created_at desc,metadata.labels['app']",
      'labelSelector=search.clusterpedia.io/orderby in (namespace,created_at_desc)',
    ],
    scope: 'list',
    fromUrl: parseOrderBy,
    fromLabels: (requirements) => parseOrderLabels(valuesFromLabels(requirements)),
  }),
  defineParameter({
    name: 'full text',
    member: 'fullText',
    url: ['query'],
    labels: ['search.clusterpedia.io/query'],
    grammar:
      'words, `"phrases"`, `-excluded`, `one OR other`, `beginning*`, see [full text](full-text.md); on labels `=`, `in` select, `!=`, `notin` exclude',
    description:
      'Objects in which all of these words stand: in names, labels, annotations, images, messages, in any value but those of Secrets.',
    default: 'all',
    examples: [
      'query=crashloop* "back-off restarting" -istio',
      'query=image:1.27 OR nginx-ingress',
      'labelSelector=search.clusterpedia.io/query in (nginx,envoy),search.clusterpedia.io/query!=v1.2',
    ],
    scope: 'list',
    fromUrl: parseQuery,
    fromLabels: queryFromLabels,
  }),
  refuseParameter(
    {
      name: 'forward',
      labels: ['search.clusterpedia.io/forward'],
      grammar: 'any text',
      description: 'Asks the cluster of the path itself, where that is allowed (`docs/proxy.md`); otherwise 400.',
      examples: [],
      scope: 'list',
    },
    'not available: this server answers from what is stored, and forwards nothing to a cluster',
  ),
]);

function parseBound(text: string): number | undefined {
  return text === '' ? undefined : parseTimeBound(text);
}

function limitRequirements<Requirement>(requirements: readonly Requirement[]): readonly Requirement[] {
  if (requirements.length <= mostRequirements) return requirements;
  throw new GrammarError(`at most ${mostRequirements} requirements, found ${requirements.length}`);
}
