import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { ServerConfig } from '@clusterdex/storage-sql';
import { beforeAll, expect, it } from '@jest/globals';
import { temporaryFolder } from '../support/temporary-folder.js';
import { configMaps, upsert } from './support/objects.js';
import { recordingHost } from './support/recording-host.js';
import { minute, withOwnServers } from './support/with-servers.js';

const secret = 'hunter2-très-secret';
const folder = temporaryFolder();

withOwnServers('passwords', (server) => {
  const { kind, newStore } = server;
  beforeAll(() => kind.createUser(server.own, { name: 'app', password: secret }), minute);

  const as = (config: Partial<ServerConfig>): Partial<ServerConfig> => {
    const dsn = new URL(server.address);
    dsn.username = '';
    return { dsn: dsn.href, user: 'app', ...config };
  };
  const withPassword = (password: string) => {
    const dsn = new URL(server.address);
    dsn.username = 'app';
    dsn.password = password;
    return { dsn: dsn.href };
  };
  const opens = async (config: Partial<ServerConfig>) => {
    const storage = await kind.open(newStore(), { config });
    expect(await storage.health()).toEqual({ healthy: true });
    await storage.shutdown();
  };

  it(
    'come from a file, the key, the DSN or DB_PASSWORD',
    async () => {
      const passwordFile = join(folder, 'password');
      writeFileSync(passwordFile, `${secret}\n`);
      for (const config of [as({ passwordFile }), as({ password: secret }), withPassword(secret)]) await opens(config);
      process.env.DB_PASSWORD = secret;
      try {
        await opens(as({}));
      } finally {
        delete process.env.DB_PASSWORD;
      }
    },
    minute,
  );

  it(
    'are in no error, no health and no log, right or wrong',
    async () => {
      const { host, lines } = recordingHost();
      const wrong = `wrong-${secret}`;
      for (const config of [as({ password: wrong }), withPassword(wrong)]) {
        const error: unknown = await kind.open(newStore(), { config, host }).catch((reason: unknown) => reason);
        expect(error).toMatchObject({
          code: 'UNAVAILABLE',
          retryable: false,
          message: expect.stringContaining(kind.wrongPassword),
        });
        lines.push(inspect(error, { depth: 9 }), error instanceof Error ? `${error.stack}` : '');
      }
      const config = as({ password: secret, slowQueryMilliseconds: 1 });
      const storage = await kind.open(newStore(), { config, host });
      await configMaps(storage).write('c', [upsert('c', 'a')]);
      await server.own.kill('SIGKILL');
      lines.push(inspect(await storage.health(), { depth: 9 }));
      await server.own.restart();
      await storage.shutdown();
      const told = lines.join('\n');
      for (const form of [secret, encodeURIComponent(secret), 'hunter2']) expect(told).not.toContain(form);
    },
    minute,
  );
});
