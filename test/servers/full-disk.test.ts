import { afterAll, expect, it } from '@jest/globals';
import { canMount, mountSmallDisk } from '../support/small-disk.js';
import { batch, configMaps, countObjects } from './support/objects.js';
import { minute, withOwnServers } from './support/with-servers.js';

const mayMount = canMount();

/** Text that hardly compresses. */
const text = (number: number) =>
  Array.from({ length: 400 }, (_, index) => ((number + 1) * 7919 * (index + 1)).toString(36)).join();
const large = (number: number) => batch('c', number, { count: 50, data: { text: text(number) } });

withOwnServers('a disk that is full', (server) => {
  if (!mayMount) {
    it.skip('not run: this process may not mount a tmpfs', () => {});
    return;
  }
  const disk = mountSmallDisk(12);
  afterAll(() => disk?.remove());

  it(
    'is UNAVAILABLE and says so; reads go on, and so do writes when there is room',
    async () => {
      const { kind } = server;
      const store = server.newStore();
      const more = await kind.moveToDisk(server.own, { folder: disk?.folder ?? '', store });
      const storage = await kind.open(store, { config: { dsn: server.address, ...more } });
      let acknowledged = 0;
      const failure = await (async () => {
        for (;;) {
          await configMaps(storage).write('c', large(acknowledged));
          acknowledged++;
        }
      })().catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/disk .* is full/),
      });
      expect(acknowledged).toBeGreaterThan(2);
      expect(await countObjects(storage)).toBe(acknowledged * 50);
      disk?.resize(64);
      expect(await configMaps(storage).write('c', large(acknowledged))).toEqual({ written: 50, unchanged: 0 });
      expect(await countObjects(storage)).toBe((acknowledged + 1) * 50);
      await storage.shutdown();
      // Not all of them remove the folder that is not theirs; what lies in it has to go before the disk does.
      await server.run(kind.drop(store)).catch(() => {});
    },
    minute,
  );
});
