import { asObject, type JsonObject, mapMember } from './json-object.js';

const marker = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';
const expression = (operator: string): JsonObject => ({ matchExpressions: [{ key: marker, operator }] });

/**
 * An empty selector of v1beta1 selects nothing, one of v1 everything; Kubernetes says either in the other version by the existence of a label
 * that nothing has.
 */
export function budgetToV1(budget: JsonObject): JsonObject {
  return mapSelector(budget, (selector) =>
    isEmpty(selector) ? expression('Exists') : operatorOf(selector) === 'DoesNotExist' ? {} : selector,
  );
}

export function budgetToV1beta1(budget: JsonObject): JsonObject {
  return mapSelector(budget, (selector) =>
    isEmpty(selector) ? expression('DoesNotExist') : operatorOf(selector) === 'Exists' ? {} : selector,
  );
}

function mapSelector(budget: JsonObject, map: (selector: JsonObject) => JsonObject): JsonObject {
  return mapMember(budget, 'spec', (spec) => mapMember(spec, 'selector', map));
}

function isEmpty(selector: JsonObject): boolean {
  return Object.values(selector).every(
    (value) => value === undefined || value === null || Object.keys(value).length === 0,
  );
}

/** The operator of a selector that is the marker alone. */
function operatorOf({ matchLabels, matchExpressions }: JsonObject): unknown {
  if (asObject(matchLabels) !== undefined || !Array.isArray(matchExpressions) || matchExpressions.length !== 1)
    return undefined;
  const only = asObject(matchExpressions[0]);
  return only?.key === marker ? only.operator : undefined;
}
