import { closest } from 'fastest-levenshtein';

export interface FeatureGates {
  /** Answer remainingItemCount without being asked. */
  readonly RemainingItemCount: boolean;
  /** Allow whereSQLStatement, where the storage has the capability rawQuery. */
  readonly AllowParameterizedSQLQuery: boolean;
  /** Pass requests on to member clusters, as far as flags allow it. */
  readonly AllowProxyRequestToClusters: boolean;
}

export const defaultFeatureGates: FeatureGates = Object.freeze({
  RemainingItemCount: false,
  AllowParameterizedSQLQuery: false,
  AllowProxyRequestToClusters: false,
});

/** A flag that cannot be read; the message says what was expected. */
export class FeatureGateError extends Error {
  override readonly name = 'FeatureGateError';
  readonly code = 'INVALID_FEATURE_GATE';
}

const truths = new Map([
  ['true', true],
  ['t', true],
  ['1', true],
  ['false', false],
  ['f', false],
  ['0', false],
]);

/** `RemainingItemCount=true,AllowParameterizedSQLQuery=false`; what is not named keeps its default. FeatureGateError otherwise. */
export function parseFeatureGates(text: string): FeatureGates {
  const gates: Record<keyof FeatureGates, boolean> = { ...defaultFeatureGates };
  for (const item of text.split(',')) {
    if (item.trim() === '') continue;
    const [name = '', value] = item.split('=', 2).map((part) => part.trim());
    if (!isGate(name)) throw unknownGate(name);
    const enabled = truths.get(value?.toLowerCase() ?? '');
    if (enabled === undefined) {
      throw new FeatureGateError(
        `feature gate ${name}: expected ${name}=true or ${name}=false, found ${JSON.stringify(item.trim())}`,
      );
    }
    gates[name] = enabled;
  }
  return Object.freeze(gates);
}

function isGate(name: string): name is keyof FeatureGates {
  return Object.hasOwn(defaultFeatureGates, name);
}

function unknownGate(name: string): FeatureGateError {
  const known = Object.keys(defaultFeatureGates);
  if (name === 'AllowRawSQLQuery') {
    return new FeatureGateError('feature gate AllowRawSQLQuery is not available: use AllowParameterizedSQLQuery');
  }
  const nearest = closest(name.slice(0, 64), known);
  return new FeatureGateError(
    `unknown feature gate ${JSON.stringify(name)}; did you mean ${nearest}? Known are ${known.join(', ')}`,
  );
}
