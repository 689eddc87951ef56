import { ConnectionError, type ConnectionErrorKind } from './connection-error.js';

const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What Node says of TLS material that is none, before anything is sent. */
const unreadableMaterial = /^ERR_OSSL_(PEM|X509|ASN1|UNSUPPORTED|BAD|WRONG)|^ERR_SSL_(CA|EE)_KEY|^ERR_CRYPTO/;
const noHttp = /^HPE_|^EPROTO$|^ERR_SSL_|^ERR_HTTP2_(ERROR|PROTOCOL)|^ERR_INVALID_HTTP/;

/** Any error of Node's network modules by what it means; a ConnectionError as it is. */
export function toConnectionError(error: unknown, server: string): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const kind = kindOf(code);
  return new ConnectionError(kind, `${server}: ${explain(kind)}: ${messageOf(error)}`, { cause: error });
}

function kindOf(code: string): ConnectionErrorKind {
  if (untrusted.has(code)) return 'untrusted';
  if (unreadableMaterial.test(code)) return 'credentials';
  if (noHttp.test(code)) return 'not-an-api-server';
  if (code === 'ABORT_ERR') return 'aborted';
  return 'unreachable';
}

function explain(kind: ConnectionErrorKind): string {
  if (kind === 'untrusted') return 'its certificate is not trusted';
  if (kind === 'credentials') return 'certificate or key cannot be used';
  if (kind === 'not-an-api-server') return 'what answers there speaks another protocol';
  return kind === 'aborted' ? 'aborted' : 'cannot be reached';
}

function messageOf(error: unknown): string {
  // Of several addresses that were tried, each has its own error, and the message of them together is empty.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
