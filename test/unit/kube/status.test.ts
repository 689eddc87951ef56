import { describe, expect, it } from '@jest/globals';
import * as status from '../../../src/kube/status.js';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };
const failure = '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",';

/** Recorded from kube-apiserver v1.36.2, byte for byte. */
const recorded: [string, status.Status, string][] = [
  [
    'get-missing-pod',
    status.notFound(pods, 'does-not-exist'),
    '"message":"pods \\"does-not-exist\\" not found","reason":"NotFound","details":{"name":"does-not-exist","kind":"pods"},"code":404}',
  ],
  [
    'get-missing-deployment',
    status.notFound(deployments, 'does-not-exist'),
    '"message":"deployments.apps \\"does-not-exist\\" not found","reason":"NotFound","details":{"name":"does-not-exist","group":"apps","kind":"deployments"},"code":404}',
  ],
  [
    'unknown-version',
    status.notFound(),
    '"message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}',
  ],
  [
    'limit-not-a-number',
    status.badRequest('strconv.ParseInt: parsing "abc": invalid syntax'),
    '"message":"strconv.ParseInt: parsing \\"abc\\": invalid syntax","reason":"BadRequest","code":400}',
  ],
  [
    'put-collection',
    status.methodNotAllowed(),
    '"message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}',
  ],
  [
    'watch-componentstatuses',
    status.methodNotAllowed('watch', { group: '', resource: 'componentstatuses' }),
    '"message":"watch is not supported on resources of kind \\"componentstatuses\\"","reason":"MethodNotAllowed","details":{"kind":"componentstatuses"},"code":405}',
  ],
  [
    'list-sendInitialEvents',
    status.invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: sendInitialEvents is forbidden for list',
        field: 'sendInitialEvents',
      },
    ]),
    '"message":"ListOptions.meta.k8s.io \\"\\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list","reason":"Invalid","details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: sendInitialEvents is forbidden for list","field":"sendInitialEvents"}]},"code":422}',
  ],
  [
    'accept-as-unknown',
    status.notAcceptable(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']),
    '"message":"only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf","reason":"NotAcceptable","code":406}',
  ],
  [
    'resourceVersion-Exact-compacted',
    status.gone('The resourceVersion for the provided list is too old.'),
    '"message":"The resourceVersion for the provided list is too old.","reason":"Expired","code":410}',
  ],
];

describe('Status', () => {
  it.each(recorded)('is as recorded for %s', (_name, found, expected) => {
    expect(JSON.stringify(found)).toBe(failure + expected);
  });

  it('puts several faults of one object in brackets', () => {
    const causes = [
      { reason: 'FieldValueForbidden', message: 'Forbidden: x', field: 'a' },
      { reason: 'FieldValueRequired', message: 'Required value', field: 'b' },
    ];
    const found = status.invalid({ group: '', kind: 'Pod', name: 'web' }, causes);
    expect(found.message).toBe('Pod "web" is invalid: [a: Forbidden: x, b: Required value]');
    expect(found.details?.causes).toEqual(causes);
  });

  it.each([
    [status.internalError('it broke'), 500, 'InternalError', 'Internal error occurred: it broke'],
    [status.serviceUnavailable('busy'), 503, 'ServiceUnavailable', 'busy'],
    [status.timeout('too slow', 1), 504, 'Timeout', 'Timeout: too slow'],
  ])('has a shape for faults of the server: %#', (found, code, reason, message) => {
    expect(found).toMatchObject({ kind: 'Status', status: 'Failure', code, reason, message });
  });

  it('says when to try again', () => {
    expect(status.timeout('too slow', 1).details).toEqual({ retryAfterSeconds: 1 });
    expect(status.timeout('too slow').details).toEqual({});
  });

  it('has no reason where nobody knows one', () => {
    expect('reason' in status.createStatus({ code: 500, reason: '', message: 'x' })).toBe(false);
  });
});
