import { expect, it } from '@jest/globals';
import { configMaps, countObjects, namesOf, until, upsert } from './support/objects.js';
import { recordingHost } from './support/recording-host.js';
import { minute, withOwnServers } from './support/with-servers.js';

withOwnServers('metrics and the log', (server) => {
  const { kind, newStore } = server;

  it(
    'say how full the pools are and how long each operation takes',
    async () => {
      const { host, gauges, observed } = recordingHost();
      const storage = await kind.open(newStore(), { config: { dsn: server.address }, host });
      await configMaps(storage).write('c', [upsert('c', 'a')]);
      await configMaps(storage).get('c', 'default', 'a');
      expect(await countObjects(storage)).toBe(1);
      const slow = namesOf(storage, { rawQuery: { statement: kind.sleep(30), parameters: ['x'] } });
      slow.catch(() => {});
      await until(async () => (await storage.health()).healthy && gauges.get('reads_connections_busy') === 1);
      expect(gauges.get('writes_connections_open')).toBeGreaterThan(0);
      expect(gauges.get('reads_connections_waiting')).toBe(0);
      for (const name of ['statement', 'transaction', 'get', 'search', 'read']) {
        expect([name, observed.get(`${name}_seconds`)]).toEqual([name, expect.any(Number)]);
      }
      const other = await kind.connect(server.address);
      await kind.cancelSleeping(other);
      await other.end();
      await expect(slow).rejects.toMatchObject({ code: 'TIMEOUT' });
      await storage.shutdown();
    },
    minute,
  );

  it(
    'name a slow statement with its plan, and no value of it',
    async () => {
      const { host, lines } = recordingHost();
      const config = { dsn: server.address, slowQueryMilliseconds: 50 };
      const storage = await kind.open(newStore(), { config, host });
      await configMaps(storage).write('c', [upsert('c', 'a')]);
      const statement = kind.sleep(0.1);
      for (const name of ["it's-private", "also-'private'"]) {
        await namesOf(storage, { fuzzyNames: { in: ['a'] }, rawQuery: { statement, parameters: [name] } });
      }
      const slow = () => lines.find((line) => line.includes('slow statement') && line.includes('sleep'));
      await until(async () => (await storage.health()).healthy && slow() !== undefined);
      expect(slow()).toMatch(/milliseconds: \d+/);
      expect(slow()).toMatch(/plan: \[/);
      expect(slow()).toMatch(kind.readsResources);
      expect(lines.join()).not.toContain('private');
      await storage.shutdown();
    },
    minute,
  );
});
