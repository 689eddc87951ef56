import { Document, isMap, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';
import { ConfigError } from '../config/config-error.js';

export interface Shortcuts {
  /** Base URL of the server, without a slash at the end. */
  readonly server: string;
  /** Whom to trust over https, PEM. */
  readonly certificateAuthority?: string | undefined;
  /** What the entries say of the way to the server; that alone counts then. */
  readonly trust?: Readonly<Record<string, string | boolean | undefined>> | undefined;
  /** The user of the contexts; nobody unless told. */
  readonly user?: string | undefined;
  /** Of a user that is made for the contexts, where `user` names none. */
  readonly credentials?: Credentials | undefined;
  readonly clusters: readonly string[];
}

export type Credentials = { readonly token: string } | { readonly tokenFile: string };

export interface MergedKubeconfig {
  readonly text: string;
  /** Names of the shortcuts that are in it now. */
  readonly written: readonly string[];
  /** Names that lead elsewhere and were left alone. */
  readonly skipped: readonly string[];
}

const resourcesPath = '/apis/clusterpedia.io/v1beta1/resources';
const allClusters = 'clusterpedia';
/** Over https kubectl asks for a name when it is given none, though the server asks for none. */
const anonymous = { name: 'clusterdex-anonymous', value: { username: 'anonymous' } };
const bearer = 'clusterdex-token';

/** Adds a cluster and a context for each shortcut to a kubeconfig ('' for a new one); everything else in it stays as it is. */
export function mergeShortcuts(kubeconfig: string, shortcuts: Shortcuts): MergedKubeconfig {
  const { server, certificateAuthority, clusters } = shortcuts;
  const authority =
    certificateAuthority === undefined ? undefined : Buffer.from(certificateAuthority).toString('base64');
  const trust = shortcuts.trust ?? { 'certificate-authority-data': authority };
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
      setEntry(document, {
        list: 'clusters',
        name,
        member: 'cluster',
        value: { server: url, ...trust },
        isOurs: leadsHere,
      }) &&
      setEntry(document, {
        list: 'contexts',
        name,
        member: 'context',
        value: { cluster: name },
        isOurs: (map) => map.get('cluster') === name,
      });
    if (merged) setUser(document, name, shortcuts);
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
  readonly list: 'clusters' | 'contexts' | 'users';
  readonly name: string;
  readonly member: string;
  /** What is undefined is taken out of an entry that has it. */
  readonly value: Readonly<Record<string, string | boolean | undefined>>;
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
  const existing = findEntry(sequence, name);
  if (existing === undefined) {
    sequence.add(document.createNode({ name, [member]: value }));
    return true;
  }
  const body = existing.get(member);
  if (!isMap(body) || !isOurs(body)) return false;
  for (const [key, text] of Object.entries(value)) {
    if (text === undefined) body.delete(key);
    else body.set(key, text);
  }
  return true;
}

/** A user that somebody chose for a context stays. */
function setUser(document: Document, name: string, { server, user, credentials }: Shortcuts): void {
  const contexts = document.get('contexts');
  const context = isSeq(contexts) ? findEntry(contexts, name)?.get('context') : undefined;
  if (!isMap(context)) return;
  const current = context.get('user');
  const isOurs = current === undefined || current === anonymous.name || current === bearer;
  if (user !== undefined) {
    if (isOurs) context.set('user', user);
  } else if (credentials !== undefined) {
    if (!isOurs) return;
    // Of the two ways one alone may stand there.
    addUser(document, bearer, { token: undefined, tokenFile: undefined, ...credentials });
    context.set('user', bearer);
  } else if (server.startsWith('https:')) {
    if (current !== undefined) return;
    addUser(document, anonymous.name, anonymous.value);
    context.set('user', anonymous.name);
  } else if (current === anonymous.name) context.delete('user');
}

function addUser(document: Document, name: string, value: Entry['value']): void {
  setEntry(document, { list: 'users', name, member: 'user', value, isOurs: () => true });
}

function findEntry(entries: YAMLSeq, name: string): YAMLMap | undefined {
  return entries.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
}

function leadsHere(cluster: YAMLMap): boolean {
  return String(cluster.get('server')).includes(resourcesPath);
}
