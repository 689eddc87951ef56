import type { IncomingMessage } from 'node:http';
import { formOf } from './answer-form.js';
import type { DocumentEncoding } from './document-encoding.js';
import { documentOffer, negotiate, type Offer } from './negotiate.js';

/** How a discovery document is to look. */
export interface DiscoveryForm {
  /** A list of groups, or everything at once in a version of apidiscovery.k8s.io. */
  readonly name: 'classic' | 'v2' | 'v2beta1';
  readonly encoding: DocumentEncoding;
  /** Of Content-Type. */
  readonly type: string;
}

const aggregatedOffer = Object.freeze<Offer>({
  ...documentOffer,
  allows: ({ group, version, kind }) =>
    group === 'apidiscovery.k8s.io' && kind === 'APIGroupDiscoveryList' && (version === 'v2' || version === 'v2beta1'),
  requiresTransform: true,
});

/**
 * By the headers of a request; ApiError 406 when nothing of what there is is acceptable. A client that names aggregated discovery where
 * there is one gets it, wherever in the header it stands.
 */
export function discoveryFormOf(request: IncomingMessage, hasAggregated: boolean): DiscoveryForm {
  if (hasAggregated && negotiate(request.headers.accept, aggregatedOffer) !== undefined) {
    const { encoding, transform } = formOf(request, aggregatedOffer);
    const name = transform?.version === 'v2beta1' ? 'v2beta1' : 'v2';
    const parameters = `g=apidiscovery.k8s.io;v=${name};as=APIGroupDiscoveryList`;
    return { name, encoding, type: `${encoding.contentType};${parameters}` };
  }
  const { encoding } = formOf(request, documentOffer);
  return { name: 'classic', encoding, type: encoding.contentType };
}
