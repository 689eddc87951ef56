import type { IncomingMessage } from 'node:http';
import { notAcceptable, notAvailable, type Status } from '../kube/status.js';
import { ApiError } from './api-error.js';
import { type DocumentEncoding, indentedEncoding, jsonEncoding, yamlEncoding } from './document-encoding.js';
import { documentOffer, namesKnownFormat, negotiate, type Offer, type Transform } from './negotiate.js';

/** How the answer to a request is to look. */
export interface AnswerForm {
  readonly encoding: DocumentEncoding;
  readonly transform: Transform | undefined;
}

const truths: ReadonlySet<string | null> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const people = /^(?:curl|Wget|Mozilla\/5\.0)/;

/** By the headers and the parameter `pretty` of a request. ApiError 406 when nothing of the offer is acceptable. */
export function formOf(request: IncomingMessage, offer: Offer): AnswerForm {
  const { accept } = request.headers;
  const mediaType = negotiate(accept, offer);
  if (mediaType === undefined) throw new ApiError(refusal(accept ?? '', offer));
  const { format, transform, pretty } = mediaType;
  if (format === 'yaml') return { encoding: yamlEncoding, transform };
  return { encoding: pretty || wantsIndentation(request) ? indentedEncoding : jsonEncoding, transform };
}

/** Of a Status, which is sent in any case. */
export function statusEncoding(request: IncomingMessage): DocumentEncoding {
  // Indented where nothing was negotiated: a kube-apiserver does so, too.
  return negotiate(request.headers.accept, documentOffer) === undefined
    ? indentedEncoding
    : formOf(request, documentOffer).encoding;
}

/** People who look at an answer get it indented, unless they say otherwise: a kube-apiserver takes them by their programs. */
function wantsIndentation({ url = '', headers }: IncomingMessage): boolean {
  if (url.includes('pretty')) {
    const pretty = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('pretty');
    if (pretty !== null && pretty !== '') return truths.has(pretty);
  }
  const agent = headers['user-agent'];
  return agent !== undefined && people.test(agent);
}

function refusal(accept: string, { accepted, available }: Offer): Status {
  return available === undefined || namesKnownFormat(accept) ? notAcceptable(accepted) : notAvailable(available);
}
