import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testedDatabases } from './tested-storages.js';

const servers = testedDatabases();

describe.each(servers)('$name over TLS', ({ name, config, notRun }) => {
  const folder = temporaryFolder();
  const authority = process.env[`CLUSTERDEX_TEST_${name.toUpperCase()}_CA`];
  if (config === undefined || authority === undefined) {
    const reason =
      config === undefined ? notRun : `not run: CLUSTERDEX_TEST_${name.toUpperCase()}_CA names no certificate`;
    it.skip(reason, () => {});
    return;
  }
  const open = (more: Readonly<Record<string, unknown>>) =>
    openTestStorage(name, { dataDirectory: folder, config: { ...config, ...more } });
  const opens = async (more: Readonly<Record<string, unknown>>) => {
    const storage = await open(more);
    expect(await storage.factory.health()).toEqual({ healthy: true });
    await storage.close();
  };

  it.each(['prefer', 'require'])('%s trusts whoever answers', (sslMode) => opens({ sslMode }));

  const named = new URL(String(config.dsn));
  named.hostname = 'localhost';
  it.each(['verify-ca', 'verify-full'])(
    '%s trusts who has a certificate of the authority, nobody else',
    async (sslMode) => {
      await opens({ sslMode, sslRootCertFile: authority, dsn: named.href });
      const untrusted = open({ sslMode, dsn: named.href });
      await expect(untrusted).rejects.toMatchObject({ message: expect.stringContaining('no trusted connection') });
    },
  );

  it('verify-full looks at the name as well', async () => {
    await opens({ sslMode: 'verify-ca', sslRootCertFile: authority });
    const verified = open({ sslMode: 'verify-full', sslRootCertFile: authority });
    await expect(verified).rejects.toThrow(/no trusted connection|needs the name of the host/);
  });

  it('a file that cannot be read, and a certificate without its key, are named', async () => {
    const missing = join(folder, 'missing.pem');
    await expect(open({ sslMode: 'require', sslRootCertFile: missing })).rejects.toThrow(`sslRootCertFile ${missing}`);
    await expect(open({ sslMode: 'require', sslCertFile: authority })).rejects.toThrow(
      'sslCertFile and sslKeyFile together',
    );
  });

  it('the password comes from a file, and is in no error', async () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'hunter2\n');
    await opens({ passwordFile: undefined });
    const refused = open({ passwordFile, user: 'nobody-of-this-name' });
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });
});
