/** What an object is called, as far as it can be made out. */
export interface ObjectDescription {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Reads the name out of the text of an object that may be broken: JSON, or YAML in block style. */
export function describeObject(text: string): ObjectDescription {
  return parseWhole(text) ?? searchText(text);
}

/** `Pod shop/web-1`, or as much of it as is known. */
export function formatDescription({ kind, namespace, name }: ObjectDescription): string | undefined {
  const path = [namespace, name].filter((part) => part !== undefined && part !== '').join('/');
  const text = [kind, path].filter((part) => part !== undefined && part !== '').join(' ');
  return text === '' ? undefined : text;
}

function parseWhole(text: string): ObjectDescription | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const { apiVersion, kind, metadata } = value as { apiVersion?: unknown; kind?: unknown; metadata?: unknown };
    const { namespace, name } = (metadata ?? {}) as { namespace?: unknown; name?: unknown };
    return pickStrings({ apiVersion, kind, namespace, name });
  } catch {
    return undefined;
  }
}

function searchText(text: string): ObjectDescription {
  const apiVersion = /(?:^|[\s{,])"?apiVersion"?:\s*"?([A-Za-z0-9./-]+)/m.exec(text)?.[1];
  const kind = /(?:^|[\s{,])"?kind"?:\s*"?([A-Za-z0-9]+)/m.exec(text)?.[1];
  const metadataAt = /(?:^|[\s{,])"?metadata"?:/m.exec(text)?.index ?? 0;
  const metadata = text.slice(metadataAt);
  const namespace = /(?:^|[\s{,])"?namespace"?:\s*"?([^\s"',}]+)/m.exec(metadata)?.[1];
  const name = /(?:^|[\s{,])"?name"?:\s*"?([^\s"',}]+)/m.exec(metadata)?.[1];
  return pickStrings({ apiVersion, kind, namespace, name });
}

function pickStrings(parts: Record<string, unknown>): ObjectDescription {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => typeof part === 'string' && part !== ''));
}
