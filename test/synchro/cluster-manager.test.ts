import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import type { ClusterDeclaration } from '../../src/synchro/cluster/cluster-declaration.js';
import type { ClusterSource, Declare } from '../../src/synchro/declare/cluster-source.js';
import type { SynchroParts } from '../../src/synchro/follow/synchro-parts.js';
import { createClusterManager } from '../../src/synchro/manager/cluster-manager.js';
import { createPipeline } from '../../src/synchro/pipeline/create-pipeline.js';
import { createResourceSync } from '../../src/synchro/resource-sync/create-resource-sync.js';
import { createResourceSyncMetrics } from '../../src/synchro/resource-sync/resource-sync-metrics.js';
import { createWriteBudget } from '../../src/synchro/writer/write-budget.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const dataDirectory = temporaryFolder();

/** A cluster that is well, and of which no first request is ever made: what follows it waits, and hears nothing of its end. */
describe('a cluster that does not end being followed', () => {
  const messages: { readonly level: string; readonly msg: string; readonly cluster?: string }[] = [];
  const logger = pino(
    { formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void messages.push(JSON.parse(line) as (typeof messages)[number]) },
  );
  let server: Server;
  let storage: OpenedStorage;
  let declaration: ClusterDeclaration;

  beforeAll(async () => {
    server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    storage = await openTestStorage('memory', { dataDirectory });
    declaration = {
      name: 'a',
      declaredBy: 'test',
      target: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user: {} },
      syncResources: [],
      syncAllCustomResources: false,
    };
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await storage.close();
  });

  beforeEach(() => {
    messages.length = 0;
  });

  function follow() {
    let declare: Declare = () => {};
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const source: ClusterSource = {
      name: 'test',
      owns: () => true,
      async follow(tell, signal) {
        declare = tell;
        declare([declaration]);
        await once(signal, 'abort');
      },
    };
    const parts: SynchroParts = {
      storage: storage.factory,
      capabilities: storage.capabilities,
      pipeline: createPipeline({ steps: [], storage: storage.factory }),
      budget: createWriteBudget(),
      metrics: createResourceSyncMetrics(new Registry()),
      logger,
      createSync: createResourceSync,
      starting: () => {
        begin();
        return new Promise(() => {});
      },
      identity: 'test',
    };
    const stopping = new AbortController();
    const manager = createClusterManager({ parts, sources: [source], endPatience: 50 });
    const running = manager.run(stopping.signal);
    return { begun, declare: (clusters: readonly ClusterDeclaration[]) => declare(clusters), stopping, running };
  }

  const known = async () => (await storage.factory.clusterInventories()).map(({ cluster }) => cluster);
  const errors = () =>
    messages.filter(({ level }) => level === 'error').map(({ cluster, msg }) => `${cluster}: ${msg}`);
  const told =
    'a: what follows a cluster does not end; it is not waited for any longer, and can write nothing any more';

  it('is removed all the same, which is an error in the log', async () => {
    const { begun, declare, stopping, running } = follow();
    await begun;
    await until(async () => String(await known()) === 'a');
    declare([]);
    await until(async () => (await known()).length === 0);
    expect(errors()).toEqual([told]);
    stopping.abort();
    await running;
  });

  it('does not keep the process from ending', async () => {
    const { begun, stopping, running } = follow();
    await begun;
    stopping.abort();
    await running;
    expect(errors()).toEqual([told]);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}
