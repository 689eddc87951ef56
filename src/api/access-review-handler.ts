import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessReview, accessReviews } from '../kube/access-reviews.js';
import { GrammarError } from '../kube/grammar-error.js';
import { readProtobufObject } from '../kube/read-protobuf.js';
import { createStatus, invalid } from '../kube/status.js';
import { formOf } from './answer-form.js';
import { ApiError, badRequest } from './api-error.js';
import type { Access } from './auth/access.js';
import { documentOffer } from './negotiate.js';
import { readBody } from './read-body.js';
import { apiGroup, apiVersion as ownVersion, type RequestTarget } from './request-path.js';
import { sendBytes } from './respond.js';

const longestBody = 64 * 1024;
const jsonType = 'application/json';
const group = 'authorization.k8s.io';
const apiVersion = `${group}/v1`;

/** The review that a POST to this path asks for; undefined for any other path. */
export function findAccessReview(target: RequestTarget): AccessReview | undefined {
  if (target.kind !== 'resource' || target.group !== group) return undefined;
  if (target.namespace !== undefined || target.name !== undefined || target.watch) return undefined;
  return accessReviews.get(`${target.group}/${target.version}/${target.resource}`);
}

export interface ReviewQuestion {
  readonly review: AccessReview;
  /** What the caller may see; undefined for everything. */
  readonly access: Access | undefined;
  /** Undefined for all. */
  readonly cluster: string | undefined;
  /** ApiError where a request would be refused, or for nothing. `path` is one of this server. */
  checkPath(method: string, path: string): Promise<void>;
}

/** Answers the question in the body with the object that it is, filled in. ApiError when it cannot be made out. */
export async function serveAccessReview(
  request: IncomingMessage,
  response: ServerResponse,
  question: ReviewQuestion,
): Promise<void> {
  const { review } = question;
  const { encoding } = formOf(request, documentOffer);
  const [type = ''] = (request.headers['content-type'] ?? jsonType).split(';');
  const read = readers.get(type.trim().toLowerCase());
  if (read === undefined) throw unsupportedType();
  const spec = readSpec(await readBody(request, longestBody), review, read);
  const answered = { kind: review.kind, apiVersion, metadata: {}, spec, status: await answerFor(spec, question) };
  const json = Buffer.from(`${JSON.stringify(answered)}\n`);
  sendBytes(response, encoding.document(json), { type: encoding.contentType, code: 201 });
}

type Spec = Readonly<Record<string, unknown>>;
type Reader = (body: Buffer, review: AccessReview) => { kind: unknown; apiVersion: unknown; spec: Spec };

/** By media type. Clients of Go send protobuf of their own accord. */
const readers: ReadonlyMap<string, Reader> = new Map([
  [jsonType, readJson],
  ['application/vnd.kubernetes.protobuf', readProtobuf],
]);

function readJson(body: Buffer): ReturnType<Reader> {
  const { kind, apiVersion: version, spec } = members(JSON.parse(body.toString())) ?? {};
  return { kind, apiVersion: version, spec: members(spec) ?? {} };
}

function readProtobuf(body: Buffer, { decode }: AccessReview): ReturnType<Reader> {
  const { kind, apiVersion: version, fields } = readProtobufObject(body);
  return { kind, apiVersion: version, spec: decode(fields.get(2) ?? new Uint8Array()) };
}

function readSpec(body: Buffer, review: AccessReview, read: Reader): Spec {
  const prefix = `the object provided is unrecognized (must be of type ${review.kind})`;
  let found: ReturnType<Reader>;
  try {
    found = read(body, review);
  } catch (error) {
    throw badRequest(`${prefix}: couldn't get version/kind; ${(error as Error).message}`);
  }
  if (found.kind === review.kind && found.apiVersion === apiVersion) return found.spec;
  throw badRequest(`${prefix}: expected kind ${review.kind} of ${apiVersion}`);
}

/** What anybody may, as far as the caller has the right to it. */
async function answerFor(spec: Spec, question: ReviewQuestion): Promise<object> {
  const { review, access, cluster } = question;
  const status = answer(review, spec);
  const other = members(spec.nonResourceAttributes);
  if ('allowed' in status && other !== undefined) return answerForPath(other, question);
  const live = liveSubresource(members(spec.resourceAttributes));
  if ('allowed' in status && live !== undefined) return answerForPath(live, question);
  if (access === undefined) return status;
  if (!('allowed' in status)) {
    const evaluationError = 'rights are reviewed one by one: ask with a SelfSubjectAccessReview';
    return { resourceRules: [], nonResourceRules: [], incomplete: true, evaluationError };
  }
  const asked = members(spec.resourceAttributes);
  if (status.allowed !== true || asked === undefined) return status;
  const { verb, group, resource, namespace, name } = asked;
  const allowed = await access.allows(String(verb), {
    group: String(group ?? ''),
    resource: String(resource ?? ''),
    cluster,
    ...(namespace ? { namespace: String(namespace) } : {}),
    ...(name ? { name: String(name) } : {}),
  });
  return { allowed };
}

const methodOfVerb: ReadonlyMap<unknown, string> = new Map([
  ['get', 'get'],
  ['create', 'post'],
  ['update', 'put'],
  ['patch', 'patch'],
  ['delete', 'delete'],
]);

/**
 * The path of what only a running cluster has, which may be passed on: `pods/log`, `pods/exec`. Without a name it is that of all names, for
 * which no rule stands that names some. Undefined for everything else.
 */
function liveSubresource(asked: Spec | undefined): Spec | undefined {
  const { verb, group, resource, subresource, namespace, name } = asked ?? {};
  if (!subresource || subresource === 'status') return undefined;
  const version = String(asked?.version || 'v1').replace('*', 'v1');
  const segments = [
    ...(group ? ['apis', group, version] : ['api', version]),
    ...(namespace ? ['namespaces', namespace] : []),
    ...[resource, name || '*', subresource],
  ];
  return { verb: methodOfVerb.get(verb), path: `/${segments.map((one) => encodeURIComponent(String(one))).join('/')}` };
}

const methods: ReadonlySet<unknown> = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options']);
const noPath = { allowed: false, reason: 'this server has nothing at this path' };

/**
 * A path is one below the address that was asked, a cluster's as a rule, and one from the root as well: `kubectl get --raw` asks there. Yes
 * where something is served in at least one of these places, and wherever it is, the caller may ask for it.
 */
async function answerForPath({ verb, path }: Spec, { cluster, checkPath }: ReviewQuestion): Promise<object> {
  if (!methods.has(verb) || typeof path !== 'string') return { allowed: false };
  const resources = `/apis/${apiGroup}/${ownVersion}/resources`;
  const below = cluster === undefined ? resources : `${resources}/clusters/${encodeURIComponent(cluster)}`;
  let answered: object = noPath;
  for (const place of [path, `${below}${path}`]) {
    try {
      await checkPath(String(verb).toUpperCase(), place);
      answered = { allowed: true };
    } catch (error) {
      const { code = 0, message = '' } = error instanceof ApiError ? error.status : {};
      if (code === 403) return { allowed: false };
      if (code === 405) return { allowed: false, reason: message };
      if (code !== 400 && code !== 404) throw error;
    }
  }
  return answered;
}

function answer(review: AccessReview, spec: Spec): object {
  try {
    return review.answer(spec);
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const cause = { reason: 'FieldValueInvalid', message: `Invalid value: ${error.message}`, field: 'spec' };
    throw new ApiError(invalid({ group, kind: review.kind, name: '' }, [cause]));
  }
}

function members(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function unsupportedType(): ApiError {
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json, application/vnd.kubernetes.protobuf';
  return new ApiError(createStatus({ code: 415, reason: 'UnsupportedMediaType', message }));
}
