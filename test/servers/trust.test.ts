import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerConfig } from '@clusterdex/storage-sql';
import { beforeAll, expect, it } from '@jest/globals';
import { temporaryFolder } from '../support/temporary-folder.js';
import { minute, withOwnServers } from './support/with-servers.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const folder = temporaryFolder();
const pem = (name: string) => join(folder, `${name}.pem`);

function openssl(...parameters: string[]): void {
  const { status, stderr } = spawnSync('openssl', parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Two authorities, and a certificate for localhost by the first. */
function makeCertificates(): void {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other-ca']) {
    openssl('req', '-x509', ...newKey, '-keyout', pem(`${name}-key`), '-out', pem(name), '-subj', `/CN=${name}`);
  }
  openssl('req', ...newKey, '-keyout', pem('key'), '-out', pem('request'), '-subj', '/CN=localhost');
  writeFileSync(pem('names'), 'subjectAltName = DNS:localhost');
  const signed = ['-CA', pem('ca'), '-CAkey', pem('ca-key'), '-CAcreateserial', '-extfile', pem('names')];
  openssl('x509', '-req', '-in', pem('request'), ...signed, '-out', pem('certificate'));
}

withOwnServers(
  'TLS to the server',
  (server) => {
    if (!hasOpenssl) {
      it.skip('not run: openssl, which makes the certificates, is not installed', () => {});
      return;
    }
    const { kind, newStore, run } = server;
    const files = { certificate: '', key: '' };
    beforeAll(() => {
      makeCertificates();
      for (const name of ['certificate', 'key'] as const) {
        const file = join(server.own.folder, 'data', `tls-${name}`);
        writeFileSync(file, readFileSync(pem(name)), { mode: 0o600 });
        const { uid, gid = 0 } = server.own.user;
        if (uid !== undefined) chownSync(file, uid, gid);
        files[name] = file;
      }
    }, minute);

    const to = (host: string, config: Partial<ServerConfig>) => {
      const address = new URL(server.address);
      address.hostname = host;
      return kind.open(newStore(), { config: { dsn: address.href, ...config } });
    };
    const refused = (config: Partial<ServerConfig>) =>
      expect(to('localhost', config)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: false,
        message: expect.stringContaining('no trusted connection'),
      });
    const encrypted = async () => Number((await run(kind.countEncrypted))[0]?.count ?? 0);

    it(
      'is required, or only preferred, when the server does not speak it',
      async () => {
        await refused({ sslMode: 'require' });
        const storage = await to('localhost', { sslMode: 'prefer' });
        expect(await storage.health()).toEqual({ healthy: true });
        expect(await encrypted()).toBe(0);
        await storage.shutdown();
      },
      minute,
    );

    it(
      'checks who answers, as far as the mode says',
      async () => {
        await server.own.kill();
        await server.own.restart(kind.withTls(files));
        const sslRootCertFile = pem('ca');
        for (const [host, config] of [
          ['localhost', { sslMode: 'verify-full', sslRootCertFile }],
          ['127.0.0.1', { sslMode: 'verify-ca', sslRootCertFile }],
          ['127.0.0.1', { sslMode: 'require' }],
          ['127.0.0.1', { sslMode: 'prefer' }],
        ] as const) {
          const before = await encrypted();
          const storage = await to(host, config);
          expect(await encrypted()).toBeGreaterThan(before);
          await storage.shutdown();
        }
        for (const sslMode of ['verify-ca', 'verify-full'] as const) {
          await refused({ sslMode, sslRootCertFile: pem('other-ca') });
          await refused({ sslMode });
        }
        const byAddress = to('127.0.0.1', { sslMode: 'verify-full', sslRootCertFile });
        await expect(byAddress).rejects.toThrow(/no trusted connection|needs the name of the host/);
      },
      minute,
    );
  },
  (kind) => kind.withoutTls,
);
