import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { checkSubdomain } from '../cluster/check-subdomain.js';
import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import type { ClusterSyncResources, PediaCluster, SecretKey } from '../cluster/pedia-cluster.js';
import { validateClusterSyncResources, validatePediaCluster } from '../cluster/validate-declaration.js';
import type { SyncLogger } from '../resource-sync/resource-sync.js';
import type { ClusterSource } from './cluster-source.js';
import { declareCluster, declareInvalid } from './declare-cluster.js';

/** Also without a notice of the system, which some file systems do not give. */
const lookEvery = 10_000;
const quiet = 200;
const mostBytes = 4 << 20;

/**
 * PediaClusters, ClusterSyncResources and Secrets in the YAML and JSON files of a folder, watched. A broken file is logged by its name, and
 * what it said before counts; one that never was right declares its clusters as far as they can be named.
 */
export function createFolderSource(folderName: string, logger: SyncLogger): ClusterSource {
  const folder = resolve(folderName);
  const files = new Map<string, FileContent>();

  async function read(): Promise<boolean> {
    const names = (await readdir(folder))
      .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.startsWith('.'))
      .sort();
    let isChanged = false;
    for (const name of [...files.keys()]) {
      if (names.includes(name)) continue;
      files.delete(name);
      isChanged = true;
    }
    for (const name of names) {
      const path = join(folder, name);
      const known = files.get(name);
      const text = await readFile(path, 'utf8').catch((error: unknown) => `\0${messageOf(error)}`);
      if (known?.text === text) continue;
      isChanged = true;
      const content = readContent(text);
      for (const problem of content.problems)
        logger.error({ file: path, problem }, 'a declaration of clusters is broken');
      const isBroken = content.problems.length > 0;
      // What a file said before counts for what it does not say well any more.
      files.set(name, isBroken && known !== undefined ? { ...merge(known, content), text } : { ...content, text });
    }
    return isChanged;
  }

  async function declarations(): Promise<readonly ClusterDeclaration[]> {
    const contents = [...files.values()];
    const references = new Map(
      contents.flatMap(({ references: list }) => list.map((entry) => [entry.metadata.name, entry])),
    );
    const secrets = new Map(contents.flatMap((content) => [...content.secrets]));
    const declared = new Map<string, ClusterDeclaration>();
    for (const [name, content] of files) {
      const declaredBy = `file ${join(folder, name)}`;
      const found = [
        ...(await Promise.all(
          content.clusters.map((cluster) =>
            declareCluster(cluster, {
              declaredBy,
              trusted: true,
              findSyncResources: (reference) => references.get(reference),
              readSecret: ({ name: secret, key }: SecretKey) => Promise.resolve(secrets.get(secret)?.get(key)),
            }),
          ),
        )),
        ...content.invalid.map(({ name: cluster, violations }) => declareInvalid(cluster, declaredBy, violations)),
      ];
      for (const declaration of found) {
        const other = declared.get(declaration.name);
        if (other === undefined) declared.set(declaration.name, withWarning(declaration, content));
        else
          logger.error(
            { cluster: declaration.name, files: [other.declaredBy, declaredBy] },
            'a cluster is declared twice; the first one counts',
          );
      }
    }
    return [...declared.values()];
  }

  return {
    name: `folder ${folder}`,
    owns: ({ synchro }) => synchro?.declaredBy.startsWith(`file ${folder}/`) === true,
    async follow(declare, signal) {
      for (let isFirst = true; !signal.aborted; isFirst = false) {
        const noticed = new AbortController();
        const watcher = watchFolder(folder, () => noticed.abort());
        try {
          if ((await read()) || isFirst) declare(await declarations());
        } catch (error) {
          logger.error({ err: error, folder }, 'cannot read the folder of clusters; what was read before counts');
        }
        await delay(lookEvery, undefined, { signal: AbortSignal.any([signal, noticed.signal]) }).catch(() => {});
        watcher?.close();
        // Whoever writes a file may not be done with it.
        await delay(quiet, undefined, { signal }).catch(() => {});
      }
    },
  };
}

function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', onChange);
    return watcher;
  } catch {
    return undefined;
  }
}

interface FileContent {
  readonly text: string;
  readonly clusters: readonly PediaCluster[];
  readonly references: readonly ClusterSyncResources[];
  /** By name and key. */
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  /** Clusters that are wrong and have a name. */
  readonly invalid: readonly { readonly name: string; readonly violations: readonly string[] }[];
  readonly problems: readonly string[];
}

type Content = Omit<FileContent, 'text'>;

function readContent(text: string): Content {
  const nothing = { clusters: [], references: [], secrets: new Map(), invalid: [], problems: [] };
  if (text.startsWith('\0')) return { ...nothing, problems: [text.slice(1)] };
  if (text.length > mostBytes) return { ...nothing, problems: [`expected at most ${mostBytes >> 20} MiB, found more`] };
  const clusters: PediaCluster[] = [];
  const references: ClusterSyncResources[] = [];
  const secrets = new Map<string, ReadonlyMap<string, Uint8Array>>();
  const invalid: { name: string; violations: readonly string[] }[] = [];
  const problems: string[] = [];
  for (const object of readObjects(text, problems)) {
    const { kind, metadata } = (object ?? {}) as { kind?: unknown; metadata?: { name?: unknown } };
    const name = String(metadata?.name ?? '');
    if (kind === 'Secret') {
      secrets.set(name, readSecret(object));
    } else if (kind === 'ClusterSyncResources') {
      const { value, violations = [] } = validateClusterSyncResources(object);
      if (value !== undefined) references.push(value);
      problems.push(...violations.map((line) => `ClusterSyncResources ${name}: ${line}`));
    } else if (kind === 'PediaCluster') {
      const { value, violations = [] } = validatePediaCluster(object);
      if (value !== undefined) clusters.push(value);
      else if (checkSubdomain(name)) invalid.push({ name, violations });
      problems.push(...violations.map((line) => `PediaCluster ${name}: ${line}`));
    } else {
      problems.push(`expected PediaCluster, ClusterSyncResources or Secret as the kind, found ${JSON.stringify(kind)}`);
    }
  }
  return { clusters, references, secrets, invalid, problems };
}

function readObjects(text: string, problems: string[]): unknown[] {
  try {
    return parseAllDocuments(text).flatMap((document) => {
      const [error] = document.errors;
      if (error !== undefined) {
        // Not what stands there: it may be a credential.
        const [place] = error.linePos ?? [];
        problems.push(`no YAML${place === undefined ? '' : `: line ${place.line}, column ${place.col}`}`);
        return [];
      }
      const object: unknown = document.toJS({ maxAliasCount: 100 });
      return object === null || object === undefined ? [] : [object];
    });
  } catch (error) {
    problems.push(messageOf(error).split('\n')[0] ?? '');
    return [];
  }
}

function readSecret(object: unknown): ReadonlyMap<string, Uint8Array> {
  const { data, stringData } = (object ?? {}) as { data?: object | null; stringData?: object | null };
  return new Map([
    ...Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(String(value), 'base64')] as const),
    ...Object.entries(stringData ?? {}).map(([key, value]) => [key, Buffer.from(String(value))] as const),
  ]);
}

/** What is right now, and of the rest what was right before. */
function merge(before: FileContent, now: Content): Content {
  const named = new Set(now.clusters.map(({ metadata }) => metadata.name));
  const references = new Set(now.references.map(({ metadata }) => metadata.name));
  const clusters = [...now.clusters, ...before.clusters.filter(({ metadata }) => !named.has(metadata.name))];
  const known = new Set(clusters.map(({ metadata }) => metadata.name));
  return {
    clusters,
    references: [...now.references, ...before.references.filter(({ metadata }) => !references.has(metadata.name))],
    secrets: new Map([...before.secrets, ...now.secrets]),
    invalid: now.invalid.filter(({ name }) => !known.has(name)),
    problems: now.problems,
  };
}

function withWarning(declaration: ClusterDeclaration, { problems }: FileContent): ClusterDeclaration {
  if (problems.length === 0 || declaration.problem !== undefined) return declaration;
  return { ...declaration, warning: `the file is broken, and what it said before counts: ${problems.join('; ')}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
