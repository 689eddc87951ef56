import { Document, isMap, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';
import { ConfigError } from '../config/config-error.js';

export interface Shortcuts {
  /** Base URL of the server, without a slash at the end. */
  readonly server: string;
  readonly clusters: readonly string[];
}

export interface MergedKubeconfig {
  readonly text: string;
  /** Names of the shortcuts that are in it now. */
  readonly written: readonly string[];
  /** Names that lead elsewhere and were left alone. */
  readonly skipped: readonly string[];
}

const resourcesPath = '/apis/clusterpedia.io/v1beta1/resources';
const allClusters = 'clusterpedia';

/** Adds a cluster and a context for each shortcut to a kubeconfig ('' for a new one); everything else in it stays as it is. */
export function mergeShortcuts(kubeconfig: string, { server, clusters }: Shortcuts): MergedKubeconfig {
  const document = parseKubeconfig(kubeconfig);
  const root = server + resourcesPath;
  const urls = new Map(clusters.map((name) => [name, `${root}/clusters/${encodeURIComponent(name)}`]));
  urls.set(allClusters, root);
  const written: string[] = [];
  const skipped: string[] = [];
  for (const [name, url] of [...urls].sort(([a], [b]) =>
    a === allClusters ? -1 : b === allClusters ? 1 : a < b ? -1 : 1,
  )) {
    const merged =
      setEntry(document, { list: 'clusters', name, member: 'cluster', value: { server: url }, isOurs: leadsHere }) &&
      setEntry(document, {
        list: 'contexts',
        name,
        member: 'context',
        value: { cluster: name },
        isOurs: (map) => map.get('cluster') === name,
      });
    (merged ? written : skipped).push(name);
  }
  return { text: document.toString(), written, skipped };
}

function parseKubeconfig(text: string): Document {
  if (text.trim() === '') return new Document({ apiVersion: 'v1', kind: 'Config' });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined || !isMap(document.contents)) {
    throw new ConfigError(`the kubeconfig is not one: ${error?.message ?? 'it holds no mapping'}`);
  }
  return document;
}

interface Entry {
  readonly list: 'clusters' | 'contexts';
  readonly name: string;
  readonly member: string;
  readonly value: Readonly<Record<string, string>>;
  isOurs(map: YAMLMap): boolean;
}

/** False when an entry of this name is somebody else's. */
function setEntry(document: Document, { list, name, member, value, isOurs }: Entry): boolean {
  const entries = document.get(list);
  if (!isSeq(entries)) {
    document.set(list, new YAMLSeq());
  }
  const sequence = document.get(list);
  if (!isSeq(sequence)) return false;
  const existing = sequence.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
  if (existing === undefined) {
    sequence.add(document.createNode({ name, [member]: value }));
    return true;
  }
  const body = existing.get(member);
  if (!isMap(body) || !isOurs(body)) return false;
  for (const [key, text] of Object.entries(value)) body.set(key, text);
  return true;
}

function leadsHere(cluster: YAMLMap): boolean {
  return String(cluster.get('server')).includes(resourcesPath);
}
