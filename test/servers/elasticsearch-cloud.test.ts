import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareObject, type ResourceType } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSignedCertificate } from '../../src/config/self-signed-certificate.js';
import { testedStorages } from '../backends/tested-storages.js';
import { openTestStorage } from '../support/open-test-storage.js';

const type: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
const apiKey = Buffer.from('an-id:a-secret-of-twenty-two').toString('base64');
const wrongKey = Buffer.from('an-id:another-secret').toString('base64');
const denied = { error: { type: 'security_exception', reason: 'unable to authenticate with provided credentials' } };

/** What clients of Elastic Cloud meet: TLS, and a gate that lets through whoever shows the key. Behind it is the real server. */
function startGate(target: string, pair: { readonly cert: string; readonly key: string }, shown: Set<string>): Server {
  return createServer(pair, (incoming, outgoing) => {
    const { authorization = '', host: _, ...headers } = incoming.headers;
    shown.add(authorization);
    if (authorization !== `ApiKey ${apiKey}`) {
      incoming.resume();
      outgoing.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ ...denied, status: 401 }));
      return;
    }
    const forwarded = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
}

for (const { name, config, notRun } of testedStorages({ everyServer: true })) {
  if (!['elasticsearch', 'opensearch'].includes(name)) continue;
  const title = `${name} behind a gate that wants an API key`;
  if (config === undefined) {
    describe.skip(`${title} (${notRun})`, () => it('is not there', () => {}));
    continue;
  }
  describe(title, () => {
    const [target] = config.addresses as readonly string[];
    const shown = new Set<string>();
    let folder: string;
    let gate: Server;
    let port: number;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'clusterdex-cloud-'));
      const pair = await createSelfSignedCertificate(['127.0.0.1']);
      writeFileSync(join(folder, 'ca.crt'), pair.cert);
      writeFileSync(join(folder, 'key'), `${apiKey}\n`);
      gate = startGate(target as string, pair, shown).listen(0, '127.0.0.1');
      await once(gate, 'listening');
      port = (gate.address() as AddressInfo).port;
    });

    afterAll(async () => {
      gate.closeAllConnections();
      await once(gate.close(), 'close');
      rmSync(folder, { recursive: true });
    });

    const open = (change: Readonly<Record<string, unknown>>) => {
      const { addresses: _, ...rest } = config;
      const caFile = join(folder, 'ca.crt');
      return openTestStorage('elasticsearch', { dataDirectory: folder, config: { ...rest, caFile, ...change } });
    };
    /** A cloud id is a host and the first label of a name below it; together they are our address. */
    const cloudId = () => `deployment:${Buffer.from(`0.1:${port}$127.0$kibana`).toString('base64')}`;

    it.each([
      ['a cloud id and a key', () => ({ cloudId: cloudId(), apiKey })],
      [
        'an address and a file that holds the key',
        () => ({ addresses: [`https://127.0.0.1:${port}`], apiKeyFile: join(folder, 'key') }),
      ],
    ])(
      'is written and read with %s, which stands in the header of every request',
      async (_how, change) => {
        shown.clear();
        const storage = await open(change());
        const cluster = 'c';
        const object = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'é', namespace: 'n', resourceVersion: '1' },
        };
        await storage.factory.prepareCluster(cluster);
        const objects = storage.factory.resourceStorage(type);
        const upsert = {
          type: 'upsert',
          object: prepareObject(Buffer.from(JSON.stringify(object)), { cluster }),
        } as const;
        await objects.write(cluster, [upsert]);
        const names: string[] = [];
        for await (const batch of objects.list({})) names.push(...batch.objects.map((found) => found.name));
        expect(names).toEqual(['é']);
        expect(await storage.factory.health()).toEqual({ healthy: true });
        await storage.close();
        expect([...shown]).toEqual([`ApiKey ${apiKey}`]);
      },
      60_000,
    );

    it('tells that another key is refused, and does not repeat it', async () => {
      const error: unknown = await open({ cloudId: cloudId(), apiKey: wrongKey }).catch((reason: unknown) => reason);
      expect(shown).toContain(`ApiKey ${wrongKey}`);
      const said = `${error} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
      expect(said).toContain('refused');
      expect(said).not.toContain(wrongKey);
      expect(said).not.toContain('another-secret');
    }, 60_000);

    it('does not send the key to a server that nobody trusts', async () => {
      shown.clear();
      const opening = open({ cloudId: cloudId(), apiKey, caFile: undefined });
      await expect(opening).rejects.toThrow(/no trusted connection/);
      expect(shown.size).toBe(0);
    }, 60_000);

    it.each(['nonsense', 'deployment:!', `deployment:${Buffer.from('only-a-host').toString('base64')}`])(
      'says that a cloud id is none: %s',
      async (id) => {
        await expect(open({ cloudId: id, apiKey })).rejects.toThrow(/Cloud ID/);
      },
    );
  });
}
