import { notAcceptable } from '../../kube/status.js';
import { parseAccept } from '../accept-header.js';
import { ApiError } from '../api-error.js';

export type OpenapiForm = 'json' | 'protobuf';

/** How clients before Kubernetes 1.27 ask for OpenAPI v2; what they are told has a dot, since an at sign may not stand there. */
const askedProtobuf = 'com.github.proto-openapi.spec.v2@v1.0+protobuf';
const namedProtobuf = 'com.github.proto-openapi.spec.v2.v1.0+protobuf';

export const openapiTypes = { json: 'application/json', protobuf: `application/${namedProtobuf}` } as const;

/** The form of an OpenAPI document that an Accept header wants most. ApiError 406 when it names none that there is. */
export function openapiFormOf(accept: string | undefined, hasProtobuf: boolean): OpenapiForm {
  if (accept === undefined || accept.trim() === '') return 'json';
  for (const { type, subtype } of parseAccept(accept)) {
    if (type === '*' && subtype === '*') return 'json';
    if (type !== 'application') continue;
    if (subtype === '*' || subtype === 'json') return 'json';
    if (hasProtobuf && (subtype === askedProtobuf || subtype === namedProtobuf)) return 'protobuf';
  }
  throw new ApiError(notAcceptable(hasProtobuf ? Object.values(openapiTypes) : [openapiTypes.json]));
}
