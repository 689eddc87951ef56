import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { RandomRequest } from './random-request.js';
import type { RawAnswer } from './raw-request.js';

/** Our parser of YAML takes its time. */
const longestYaml = 20_000;

const reasons = new Set([
  'BadRequest',
  'NotFound',
  'MethodNotAllowed',
  'NotAcceptable',
  'Invalid',
  'Forbidden',
  'Expired',
  'Timeout',
  'UnsupportedMediaType',
  'RequestEntityTooLarge',
]);

function bodyOf({ headers, body }: RawAnswer): string {
  return (headers.get('content-encoding') === 'gzip' ? gunzipSync(body) : body).toString();
}

/** What is wrong with an answer; undefined when nothing is. */
export function faultOf(request: RandomRequest, answer: RawAnswer): string | undefined {
  const { code, headers, complete } = answer;
  const type = headers.get('content-type') ?? '';
  if (answer.late) return mayWatch(request) && code === 200 ? undefined : 'no end within the time';
  if (code === 0) return request.mutated ? undefined : 'no answer';
  const withoutBody = request.head || code === 304 || code < 200;
  if (!withoutBody && !complete && !request.mutated) return 'the answer breaks off';
  if (code >= 400) return withoutBody ? undefined : faultOfError(code, type, answer);
  if (withoutBody || request.mutated) return undefined;
  try {
    const text = bodyOf(answer);
    if (text === '') return mayWatch(request) ? undefined : 'an empty answer';
    if (type.startsWith('application/json')) for (const line of documents(text)) JSON.parse(line);
    if (type.startsWith('application/yaml') && text.length < longestYaml) parse(text);
  } catch (error) {
    return `the answer is no JSON: ${error}`;
  }
  return undefined;
}

function faultOfError(code: number, type: string, answer: RawAnswer): string | undefined {
  const isYaml = type.startsWith('application/yaml');
  if (!isYaml && !type.startsWith('application/json')) return `an error as ${type}`;
  const status = isYaml ? parse(bodyOf(answer)) : JSON.parse(bodyOf(answer));
  const { kind, apiVersion, metadata, message, reason } = status;
  const isStatus = kind === 'Status' && apiVersion === 'v1' && status.status === 'Failure' && status.code === code;
  if (!isStatus || JSON.stringify(metadata) !== '{}') return 'an error that is no Status';
  if (typeof message !== 'string' || message === '' || !reasons.has(reason)) return 'a Status without its words';
  if (code < 500) return undefined;
  const tooLarge = code === 504 && status.details?.causes?.[0]?.reason === 'ResourceVersionTooLarge';
  return tooLarge ? undefined : 'a fault of the server';
}

/** Watches are one document a line; others may be indented. */
function documents(text: string): readonly string[] {
  return text.startsWith('{"type":') ? text.trimEnd().split('\n') : [text];
}

/** Whether the request asks, by accident perhaps, for an answer without an end. */
export function mayWatch({ bytes }: RandomRequest): boolean {
  return /w(a|%61)(t|%74)ch/i.test(bytes.toString('latin1'));
}
