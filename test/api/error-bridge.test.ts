import { createStorageError, type StorageErrorCode, storageErrorCodes } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { ApiError, unknownPath } from '../../src/api/api-error.js';
import { toStatus } from '../../src/api/error-bridge.js';
import { QueryError } from '../../src/query/query-error.js';

const pod = { group: '', resource: 'pods', name: 'web' };

const table: Readonly<Record<StorageErrorCode, readonly [code: number, reason: string]>> = {
  NOT_FOUND: [404, 'NotFound'],
  ALREADY_EXISTS: [409, 'AlreadyExists'],
  CONFLICT: [409, 'Conflict'],
  INVALID: [400, 'BadRequest'],
  NOT_SUPPORTED: [422, 'Invalid'],
  EXPIRED: [410, 'Expired'],
  UNAVAILABLE: [503, 'ServiceUnavailable'],
  TIMEOUT: [504, 'Timeout'],
  CLOSED: [503, 'ServiceUnavailable'],
  INTERNAL: [500, 'InternalError'],
};

describe('the bridge from errors to Status', () => {
  it('knows every storage error', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(storageErrorCodes).sort());
  });

  it.each(Object.entries(table))('turns %s into %j', (code, [status, reason]) => {
    const cause = new Error('password=secret');
    const error = createStorageError(code as StorageErrorCode, 'what happened', { cause });
    for (const subject of [pod, { ...pod, name: undefined }, undefined]) {
      const answer = toStatus(error, subject);
      expect(answer).toMatchObject({ kind: 'Status', code: status, reason });
      expect(JSON.stringify(answer)).not.toContain('secret');
    }
  });

  it('says which object is not there', () => {
    const error = createStorageError('NOT_FOUND', 'row 7 is missing');
    expect(toStatus(error, pod).message).toBe('pods "web" not found');
    expect(toStatus(error, { group: 'apps', resource: 'deployments', name: 'web' })).toMatchObject({
      message: 'deployments.apps "web" not found',
      details: { name: 'web', group: 'apps', kind: 'deployments' },
    });
  });

  it('asks to come again where that helps', () => {
    expect(toStatus(createStorageError('UNAVAILABLE', 'busy'), pod).details).toEqual({ retryAfterSeconds: 1 });
  });

  it('knows the errors of a query and of the API itself', () => {
    expect(toStatus(new QueryError('BadRequest', 'no'), pod)).toMatchObject({ code: 400, message: 'no' });
    expect(toStatus(new QueryError('Invalid', 'no', { field: 'whereSQL' }), pod)).toMatchObject({ code: 422 });
    expect(toStatus(unknownPath(), pod)).toMatchObject({ code: 404 });
    expect(unknownPath()).toBeInstanceOf(ApiError);
  });

  it('says nothing of an error that nobody expected', () => {
    for (const error of [new TypeError('x of undefined'), 'text', undefined]) {
      const answer = toStatus(error, pod);
      expect(answer).toMatchObject({ code: 500, reason: 'InternalError' });
      expect(answer.message).not.toContain('undefined');
    }
  });
});
