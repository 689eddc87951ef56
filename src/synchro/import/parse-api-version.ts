import { InvalidObjectError } from '@clusterdex/storage-contract';

const part = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** `v1` or `apps/v1`. Throws InvalidObjectError for anything else. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const parts = apiVersion.split('/');
  const [group, version] = parts.length === 1 ? ['', parts[0]] : parts;
  const isWhole = parts.length <= 2 && part.test(version ?? '') && (parts.length === 1 || part.test(group ?? ''));
  if (!isWhole || group === undefined || version === undefined) {
    throw new InvalidObjectError(
      `apiVersion: expected VERSION or GROUP/VERSION, found ${JSON.stringify(apiVersion.slice(0, 100))}`,
      { member: 'apiVersion' },
    );
  }
  return { group, version };
}
