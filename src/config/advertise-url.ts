import { ConfigError } from './config-error.js';

const longest = 2048;

/**
 * A URL below which a server is reached, without a slash behind it: http or https, a host, perhaps a path. Undefined for what is none, also
 * for one with credentials or a query, which no redirect may carry.
 */
export function normalizeAdvertiseUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > longest || !/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return undefined;
  }
  const { origin, pathname, username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return undefined;
  return origin + pathname.replace(/\/+$/, '');
}

/** Of `--advertise-url`. Throws ConfigError, which repeats nothing that may be a credential. */
export function parseAdvertiseUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = normalizeAdvertiseUrl(text);
  if (url !== undefined) return url;
  const found = /[@?#]/.test(text) ? 'one with credentials, a query or a fragment' : JSON.stringify(text);
  throw new ConfigError(
    `--advertise-url: expected the URL at which others reach this server, as https://10.0.0.7:8643, found ${found}`,
  );
}
