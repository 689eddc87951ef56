import type { JsonObject } from '../../kube/openapi/json-value.js';
import type { Parameter } from '../../query/parameter.js';
import { parameters } from '../../query/parameters.js';

const integers = new Set(['limit', 'timeoutSeconds', 'ownerSeniority']);
const booleans = new Set(['watch', 'sendInitialEvents', 'allowWatchBookmarks', 'onlyMetadata', 'injectEvents']);
/** What is known so that it can be refused, or overlooked, is nothing to tell anybody. */
const documented = parameters.filter(
  ({ description }) => !description.startsWith('Not available') && !description.startsWith('Accepted, without effect'),
);

/** The search conditions as parameters of OpenAPI v3, by name. */
export const parameterComponents: JsonObject = Object.fromEntries(
  documented.flatMap((parameter) => (parameter.url ?? []).map((name) => [name, describe(name, parameter)])),
);

export const listParameters = namesFor('list', 'list and get');
export const getParameters = namesFor('list and get');
export const collectionParameters = namesFor('list', 'list and get', 'any');

function namesFor(...scopes: readonly Parameter['scope'][]): readonly string[] {
  return documented.flatMap(({ url, scope }) => (scopes.includes(scope) ? (url ?? []) : [])).sort();
}

function describe(name: string, { description, grammar, default: standard }: Parameter): JsonObject {
  const preset = standard === undefined ? '' : ` Default: ${standard}.`;
  const type = integers.has(name) ? 'integer' : booleans.has(name) ? 'boolean' : 'string';
  return {
    name,
    in: 'query',
    description: `${description} Written as ${grammar}.${preset}`,
    schema: { type, uniqueItems: true },
  };
}
