import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { QueryError } from './query-error.js';

/** Positions of a storage as opaque, tamper-evident text for clients, each bound to the query that it came from. */
export interface ContinueTokens {
  /** `fingerprint` is any text that is the same for the same query. */
  issue(position: string, fingerprint: string): string;
  /** The position. QueryError when the token is malformed, was not signed with this key, or belongs to another query. */
  read(token: string, fingerprint: string): string;
}

const version = 1;
const bindingLength = 12;
const signatureLength = 16;
const headLength = 1 + bindingLength;
const again = 'start the list again without continue';

/** `key` has at least 16 bytes; servers that share it read each other's tokens. */
export function createContinueTokens(key: Uint8Array): ContinueTokens {
  if (key.length < 16) throw new RangeError(`the key of continue tokens has ${key.length} bytes, expected at least 16`);
  const sign = (payload: Uint8Array) => createHmac('sha256', key).update(payload).digest().subarray(0, signatureLength);

  return {
    issue(position, fingerprint) {
      const payload = Buffer.concat([Buffer.of(version), bind(fingerprint), Buffer.from(position)]);
      return Buffer.concat([sign(payload), payload]).toString('base64url');
    },
    read(token, fingerprint) {
      const bytes = Buffer.from(token, 'base64url');
      const payload = bytes.subarray(signatureLength);
      if (payload.length < headLength || payload[0] !== version || bytes.toString('base64url') !== token) {
        throw refuse('it is malformed: expected a continue value of an earlier answer, or an offset');
      }
      if (!timingSafeEqual(sign(payload), bytes.subarray(0, signatureLength))) {
        throw refuse(`its signature is wrong: it was changed, or issued by another server; ${again}`);
      }
      if (!payload.subarray(1, headLength).equals(bind(fingerprint))) {
        throw refuse(`it belongs to another query: everything but limit has to stay as it was; or ${again}`);
      }
      return payload.toString('utf8', headLength);
    },
  };
}

function bind(fingerprint: string): Buffer {
  return createHash('sha256').update(fingerprint).digest().subarray(0, bindingLength);
}

function refuse(why: string): QueryError {
  return new QueryError('BadRequest', `invalid continue token: ${why}`, { field: 'continue' });
}
