import type { CollectionListOptions } from '@clusterdex/storage-contract';
import { createContinueTokens } from '../../../src/query/continue-tokens.js';
import { type ListRequest, type ParsedList, parseListRequest } from '../../../src/query/parse-list-request.js';
import { QueryError } from '../../../src/query/query-error.js';

export const search = 'search.clusterpedia.io';

const request = {
  gates: { RemainingItemCount: false, AllowParameterizedSQLQuery: true },
  storageName: 'sqlite',
  continueTokens: createContinueTokens(new Uint8Array(32).fill(7)),
};

/** `a=b&c=d e` as a client sends it; names and values are encoded, a value may hold `=` but no `&`. */
export function encode(query: string): string {
  return query
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals === -1) return encodeURIComponent(pair);
      return `${encodeURIComponent(pair.slice(0, equals))}=${encodeURIComponent(pair.slice(equals + 1))}`;
    })
    .join('&');
}

export function parse(query: string, more: Partial<ListRequest> = {}): ParsedList {
  return parseListRequest({ ...request, ...more, query: encode(query) });
}

/** The options of a query with these requirements in its label selector. */
export function fromLabels(...requirements: readonly string[]): CollectionListOptions {
  return parse(`labelSelector=${requirements.map((requirement) => `${search}/${requirement}`).join(',')}`).options;
}

export function options(query: string, more: Partial<ListRequest> = {}): CollectionListOptions {
  return parse(query, more).options;
}

/** The QueryError of a query; fails when there is none. */
export function refusal(query: string, more: Partial<ListRequest> = {}): QueryError {
  return caught(() => parse(query, more));
}

export function caught(action: () => unknown): QueryError {
  try {
    action();
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
