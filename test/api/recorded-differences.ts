/** Where we answer otherwise than a kube-apiserver did. */
export interface Difference {
  readonly why: string;
  readonly code: number;
  readonly reason?: string;
  /** Part of what is answered. */
  readonly message?: string;
}

const ok = { code: 200 };
const notFound = { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' };
const readOnly = {
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource: this server is read-only',
};
const badContinue = { code: 400, reason: 'BadRequest', message: 'invalid continue token: ' };

const notAcceptable = { code: 406, reason: 'NotAcceptable' };

const noProtobuf = 'there is no protobuf here, so none is offered';
const noAuthorization =
  'nobody is asked who he is without a flag for it; forbidden.test.ts compares the words of a 403';
const writes = 'nothing is written here, whatever it is';
const statusForAll = 'a Status for every client, instead of a line of text';
const anyField = 'every field can be selected by, with more operators';
const ownTokens = 'a continue token is ours, and says so in its own words';
const ownRevisions = 'revisions are ours and large: this one was reached long ago';
const strictParameters = 'a parameter that nobody knows is a mistake to be told';

function all(names: readonly string[], difference: Difference): Readonly<Record<string, Difference>> {
  return Object.fromEntries(names.map((name) => [name, difference]));
}

/** By the name of the recording. */
export const differences: Readonly<Record<string, Difference>> = {
  ...all(
    [
      'list-unknown-resource-crd-group',
      'unknown-group',
      'unknown-group-discovery',
      'unknown-groupversion-discovery',
      'unserved-crd-version',
      'unknown-path',
    ],
    { why: statusForAll, ...notFound },
  ),
  ...all(['unavailable-aggregated-api', 'unavailable-aggregated-api-list'], {
    why: 'a type of which nothing is stored is one that is not known',
    ...notFound,
  }),
  ...all(
    [
      'bad-fieldSelector-unsupported',
      'bad-fieldSelector-syntax',
      'bad-fieldSelector-configmaps',
      'bad-fieldSelector-custom-resource',
      'bad-fieldSelector-nodes',
      'bad-fieldSelector-deployments',
    ],
    { why: anyField, ...ok },
  ),
  'bad-fieldSelector-operator': { why: anyField, code: 400, reason: 'BadRequest', message: 'cannot be compared' },
  ...all(['bad-continue-garbage', 'bad-continue-json', 'bad-continue-path'], { why: ownTokens, ...badContinue }),
  ...all(['continue-expired', 'continue-expired-deployments'], {
    why: `${ownTokens}; ours do not expire`,
    ...badContinue,
  }),
  'resourceVersion-too-large': { why: ownRevisions, ...ok },
  'get-resourceVersion-too-large': { why: ownRevisions, ...ok },
  'unknown-query-parameter': { why: strictParameters, code: 400, reason: 'BadRequest', message: 'unknown parameter' },
  ...all(
    [
      'post-malformed-json',
      'post-empty-body',
      'post-wrong-kind',
      'post-wrong-apiversion',
      'post-no-kind',
      'post-json-array',
      'post-type-error',
      'post-invalid-object',
      'post-strict-unknown-field',
      'post-already-exists',
      'post-namespace-mismatch',
      'post-without-namespace',
      'post-missing-namespace',
      'post-unsupported-content-type',
      'post-terminating-namespace',
      'post-item',
      'post-discovery',
      'patch-unsupported-content-type',
      'patch-malformed-json',
      'patch-jsonpatch-test-failed',
      'patch-collection',
      'put-conflict',
      'put-missing',
      'put-name-mismatch',
      'put-collection',
      'delete-missing',
      'delete-precondition',
      'delete-collection-namespaces',
      'delete-read-only-kind',
      'forbidden-403-create',
      'forbidden-403-delete',
      'options',
    ],
    { why: writes, ...readOnly },
  ),
  ...all(
    [
      'unauthenticated-401',
      'unauthenticated-401-discovery',
      'basic-auth-treated-as-anonymous-403',
      'anonymous-403-list',
      'anonymous-403-discovery',
      'malformed-authorization-treated-as-anonymous-403',
      'forbidden-403-list-all',
      'forbidden-403-list-namespaced',
      'forbidden-403-get',
      'forbidden-403-group',
      'forbidden-403-custom-resource',
      'forbidden-403-watch',
      'forbidden-403-serviceaccount',
      'forbidden-403-as-table',
      'impersonate-group-without-user',
    ],
    { why: noAuthorization, ...ok },
  ),
  ...all(
    [
      'anonymous-403-nonresource',
      'forbidden-403-nonresource',
      'forbidden-403-get-missing',
      'forbidden-403-cluster-scoped',
      'forbidden-403-subresource',
      'forbidden-403-unknown-resource',
    ],
    { why: `${noAuthorization}; there is no such thing`, code: 404, reason: 'NotFound' },
  ),
  ...all(['watch-too-old', 'watch-too-old-table', 'watch-too-old-custom-resource'], {
    why: 'what is kept is said in our revisions',
    ...ok,
    message: 'too old resource version: 1 (expected a revision from ',
  }),
  'watch-bad-resourceVersion': {
    why: 'a bad parameter is no fault of the server',
    code: 400,
    reason: 'BadRequest',
    message: 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
  },
  ...all(
    ['accept-unsupported', 'accept-xml-single', 'accept-protobuf-on-custom-resource', 'watch-accept-unsupported'],
    {
      why: noProtobuf,
      ...notAcceptable,
      message: '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml',
    },
  ),
  ...all(['accept-table-v1alpha1', 'accept-as-unknown', 'accept-discovery-unsupported', 'accept-aggregated-v1'], {
    why: noProtobuf,
    ...notAcceptable,
    message: 'only the following media types are accepted: application/json',
  }),
  'accept-partial-on-list': {
    why: 'kinds are called as in their documents, not as in Go',
    ...notAcceptable,
    message: 'you requested PartialObjectMetadata, but the requested object is a list (PodList)',
  },
  'accept-partiallist-on-get': {
    why: 'kinds are called as in their documents, not as in Go',
    ...notAcceptable,
    message: 'you requested PartialObjectMetadataList, but the requested object is not a list (Pod)',
  },
  'accept-yaml': { why: 'the dump has no managedFields, and objects say their cluster', ...ok },
  'watch-componentstatuses': { why: 'what is stored can be watched, whatever it is', ...ok },
  'watch-bad-fieldSelector': { why: anyField, ...ok },
  'watch-future-resourceVersion-sendInitialEvents': { why: ownRevisions, ...ok },
  'anonymous-200-version': { why: 'a dump does not say what version its cluster had', ...ok },
};
