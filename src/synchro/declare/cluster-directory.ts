import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import { ConnectionError } from '../connection/connection-error.js';
import { createPassage, type Passage } from '../connection/passage.js';
import type { SyncLogger } from '../resource-sync/resource-sync.js';
import { openSources, type SourceSettings } from './open-sources.js';

/** The clusters that are declared, and the way of requests to them, whoever follows them. */
export interface ClusterDirectory {
  /** Undefined for a cluster that nobody declares. Where it is not said well how to reach one, its `send` rejects. */
  find(cluster: string): Pick<Passage, 'send'> | undefined;
  close(): Promise<void>;
}

interface Entry {
  readonly target: string;
  readonly passage: Passage;
}

/** Reads what is declared, and writes nothing where that is. Rejects with what is wrong with the settings. */
export async function openClusterDirectory(settings: SourceSettings, logger: SyncLogger): Promise<ClusterDirectory> {
  const { sources, close } = await openSources(settings, logger, { readOnly: true });
  const stopping = new AbortController();
  const declared = sources.map((): readonly ClusterDeclaration[] => []);
  let entries = new Map<string, Entry>();

  function update(): void {
    const before = entries;
    entries = new Map();
    // As where clusters are followed: the first to declare a name counts.
    for (const declaration of declared.flat()) {
      if (entries.has(declaration.name)) continue;
      const target = JSON.stringify(declaration.target ?? declaration.problem ?? '');
      const known = before.get(declaration.name);
      entries.set(declaration.name, known?.target === target ? known : { target, passage: passageTo(declaration) });
    }
    for (const [name, { passage }] of before) if (entries.get(name)?.passage !== passage) passage.close();
  }

  const following = sources.map((source, index) =>
    source
      .follow((clusters) => {
        declared[index] = clusters;
        update();
      }, stopping.signal)
      .catch((error: unknown) => {
        logger.error({ err: error, source: source.name }, 'cannot read any more which clusters are declared');
      }),
  );
  return {
    find: (cluster) => entries.get(cluster)?.passage,
    async close() {
      stopping.abort();
      await Promise.all(following);
      for (const { passage } of entries.values()) passage.close();
      await close();
    },
  };
}

function passageTo({ target, problem }: ClusterDeclaration): Passage {
  if (target !== undefined && problem === undefined) return createPassage(target);
  const message = problem?.message ?? 'it is not said how to reach the cluster';
  return { send: () => Promise.reject(new ConnectionError('credentials', message)), close: () => undefined };
}
