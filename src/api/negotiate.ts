import { type AcceptClause, parseAccept } from './accept-header.js';

export type Format = 'json' | 'yaml';

/** What `as`, `g` and `v` of a media type ask objects to be made into; '' for what is not said. */
export interface Transform {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The form of an answer, as negotiated. */
export interface MediaType {
  readonly format: Format;
  readonly transform: Transform | undefined;
  /** `pretty=1` among the parameters of the media type. */
  readonly pretty: boolean;
}

/** What an endpoint has to offer. What is negotiated is remembered by it: there should be few, that live for ever. */
export interface Offer {
  /** The first is what a wildcard gets. */
  readonly formats: readonly Format[];
  allows(transform: Transform): boolean;
  /** What names no transform is passed over: somebody else serves it. */
  readonly requiresTransform?: true;
  /** What a refusal names to a client that asked for a form which there is not. */
  readonly accepted: readonly string[];
  /** What a refusal names to a client that asked for neither JSON nor YAML; the same unless told. */
  readonly available?: readonly string[];
}

const documents = Object.freeze(['application/json', 'application/yaml']);
const stream = Object.freeze(['application/json;stream=watch']);
const documentsAndStream = Object.freeze([...documents, ...stream]);

/** Documents without any transform: every Status, most of discovery. */
export const documentOffer = Object.freeze<Offer>({
  formats: ['json', 'yaml'],
  allows: () => false,
  accepted: documents,
});

/** Single objects. That an object is no PartialObjectMetadataList is for later. */
export const objectOffer = Object.freeze<Offer>({
  ...documentOffer,
  allows: isMetaTransform,
  available: documents,
});

/** Lists. That a list is no PartialObjectMetadata is for later. */
export const listOffer = Object.freeze<Offer>({ ...objectOffer, available: documentsAndStream });

/** Watches, for which there are no frames in YAML. */
export const watchOffer = Object.freeze<Offer>({ ...listOffer, formats: ['json'], accepted: stream });

const plainJson: MediaType = Object.freeze({ format: 'json', transform: undefined, pretty: false });
const plainYaml: MediaType = Object.freeze({ format: 'yaml', transform: undefined, pretty: false });
const rememberedHeaders = 256;
const longestRemembered = 1024;
const remembered = new WeakMap<Offer, Map<string, MediaType | undefined>>();

/** The most wanted form that an endpoint has, by the rules of a kube-apiserver; undefined when it has none of those that the Accept header names. */
export function negotiate(accept: string | undefined, offer: Offer): MediaType | undefined {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') {
    if (offer.requiresTransform) return undefined;
    return offer.formats[0] === 'json' ? plainJson : plainYaml;
  }
  let known = remembered.get(offer);
  if (known === undefined) {
    known = new Map();
    remembered.set(offer, known);
  }
  const found = known.get(accept);
  if (found !== undefined || known.has(accept)) return found;
  const chosen = accept.trim() === '' ? negotiate(undefined, offer) : choose(parseAccept(accept), offer);
  if (accept.length <= longestRemembered) {
    if (known.size >= rememberedHeaders) known.clear();
    known.set(accept, chosen);
  }
  return chosen;
}

/** Whether an Accept header names JSON or YAML, in whatever form of theirs. */
export function namesKnownFormat(accept: string): boolean {
  return parseAccept(accept).some((clause) => matches(clause, 'json') || matches(clause, 'yaml'));
}

function choose(clauses: readonly AcceptClause[], offer: Offer): MediaType | undefined {
  for (const clause of clauses) {
    const format = offer.formats.find((candidate) => matches(clause, candidate));
    if (format === undefined) continue;
    const { parameters } = clause;
    const stream = parameters.get('stream');
    if (stream !== undefined && stream !== 'watch') continue;
    const transform = readTransform(parameters);
    if (transform === undefined ? offer.requiresTransform : !offer.allows(transform)) continue;
    return Object.freeze({ format, transform, pretty: parameters.get('pretty') === '1' });
  }
  return undefined;
}

function matches({ type, subtype }: AcceptClause, format: Format): boolean {
  if (type === '*') return subtype === '*';
  return type === 'application' && (subtype === '*' || subtype === format);
}

function readTransform(parameters: ReadonlyMap<string, string>): Transform | undefined {
  const kind = parameters.get('as');
  if (kind === undefined) return undefined;
  return Object.freeze({ kind, group: parameters.get('g') ?? '', version: parameters.get('v') ?? '' });
}

function isMetaTransform({ group, version, kind }: Transform): boolean {
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return false;
  return kind === 'Table' || kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList';
}
