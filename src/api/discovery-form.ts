import { type AcceptClause, parseAccept } from './accept-header.js';
import { negotiate, type Offer } from './negotiate.js';

/** A list of groups, or everything at once in one of the versions of aggregated discovery. */
export type DiscoveryForm = 'classic' | 'v2' | 'v2beta1';

const jsonOffer = Object.freeze<Offer>({ formats: ['json'], allows: () => false, accepted: ['application/json'] });

export function aggregatedType(version: string): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/**
 * What an Accept header wants of a discovery document; undefined when it names nothing that there is. A client that names aggregated
 * discovery where there is one gets it, wherever in the header it stands.
 */
export function negotiateDiscovery(accept: string | undefined, isAggregated: boolean): DiscoveryForm | undefined {
  if (isAggregated && accept?.includes('apidiscovery')) {
    for (const clause of parseAccept(accept)) {
      const form = aggregatedForm(clause);
      if (form !== undefined) return form;
    }
  }
  return negotiate(accept, jsonOffer) === undefined ? undefined : 'classic';
}

function aggregatedForm({ type, subtype, parameters }: AcceptClause): DiscoveryForm | undefined {
  const isJson = subtype === '*' || (type === 'application' && subtype === 'json');
  if (!isJson || parameters.get('as') !== 'APIGroupDiscoveryList') return undefined;
  if (parameters.get('g') !== 'apidiscovery.k8s.io') return undefined;
  const version = parameters.get('v');
  return version === 'v2' || version === 'v2beta1' ? version : undefined;
}
