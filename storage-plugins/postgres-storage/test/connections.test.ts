import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type ListOptions, type ObjectChange, prepareObject, type StorageHost } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresConfig } from '../src/config.js';
import { type OwnServer, ownServerNotRun, runOn, startOwnServer } from './own-server.js';
import { configMap, configMaps, countObjects, openStorage } from './support.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const withServer = ownServerNotRun === undefined ? describe : describe.skip;
if (ownServerNotRun !== undefined) it.skip(ownServerNotRun, () => {});
const minute = 60_000;
const secret = 'hunter2-très-secret';
let server: OwnServer;
let schemas = 0;
const newSchema = () => `connections_${schemas++}`;
const folder = mkdtempSync(join(tmpdir(), 'clusterdex-connections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const change = (name: string): ObjectChange => ({ type: 'upsert', object: configMap('c', name) });

/** A host that keeps what it is told. */
function recordingHost() {
  const lines: string[] = [];
  const gauges = new Map<string, number>();
  const observed = new Map<string, number>();
  const log = (fields: object, message = '') => void lines.push(`${inspect(fields, { depth: 9 })} ${message}`);
  const host: Pick<StorageHost, 'logger' | 'metrics'> = {
    logger: { debug: log, info: log, warn: log, error: log },
    metrics: {
      counter: () => ({ increment() {} }),
      gauge: (name) => ({ set: (value) => void gauges.set(name, value) }),
      histogram: (name) => ({ observe: () => void observed.set(name, (observed.get(name) ?? 0) + 1) }),
    },
  };
  return { host, lines, gauges, observed };
}

withServer('metrics and the log', () => {
  beforeAll(async () => {
    server = await startOwnServer();
  }, minute);
  afterAll(() => server.stop());

  it(
    'say how full the pools are and how long each operation takes',
    async () => {
      const { host, gauges, observed } = recordingHost();
      const storage = await openStorage(newSchema(), { dsn: server.address }, host);
      await storage.resourceStorage(configMaps).write('c', [change('a')]);
      await storage.resourceStorage(configMaps).get('c', 'default', 'a');
      expect(await countObjects(storage)).toBe(1);
      const list = storage
        .resourceStorage(configMaps)
        .list({ rawQuery: { statement: 'name = ? OR pg_sleep(30) IS NOT NULL', parameters: ['x'] } })
        [Symbol.asyncIterator]()
        .next();
      list.catch(() => {});
      while (gauges.get('reads_connections_busy') !== 1) await storage.health();
      expect(gauges.get('writes_connections_open')).toBeGreaterThan(0);
      expect(gauges.get('reads_connections_waiting')).toBe(0);
      for (const name of ['statement', 'transaction', 'get', 'search', 'read']) {
        expect([name, observed.get(`${name}_seconds`)]).toEqual([name, expect.any(Number)]);
      }
      await runOn(server.address, `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
      await expect(list).rejects.toMatchObject({ code: 'TIMEOUT' });
      await storage.shutdown();
    },
    minute,
  );

  it(
    'name a slow statement with its plan, and no value of it',
    async () => {
      const { host, lines } = recordingHost();
      const storage = await openStorage(newSchema(), { dsn: server.address, slowQueryMilliseconds: 50 }, host);
      await storage.resourceStorage(configMaps).write('c', [change('a')]);
      const list = storage.resourceStorage(configMaps).list({
        names: { in: ["it's-private"] },
        rawQuery: { statement: 'pg_sleep(0.1) IS NOT NULL OR name = ?', parameters: ['b'] },
      });
      await list[Symbol.asyncIterator]().next();
      const second = storage.resourceStorage(configMaps).list({
        rawQuery: { statement: 'pg_sleep(0.1) IS NOT NULL OR name = ?', parameters: ["also-'private'"] },
      });
      await second[Symbol.asyncIterator]().next();
      const slow = () => lines.find((line) => line.includes('slow statement') && line.includes('pg_sleep'));
      while (slow() === undefined) await storage.health();
      expect(slow()).toMatch(/milliseconds: \d+/);
      expect(slow()).toMatch(/Scan (?:using \w+ )?on resources/);
      expect(slow()).toContain("'…'");
      expect(lines.join()).not.toContain('private');
      await storage.shutdown();
    },
    minute,
  );
});

withServer('a search by labels', () => {
  beforeAll(async () => {
    server = await startOwnServer({ autovacuum: 'off' });
  }, minute);
  afterAll(() => server.stop());

  it(
    'begins with the label and a list with the index of its order, before the server has any statistics',
    async () => {
      const { host, lines } = recordingHost();
      const storage = await openStorage(newSchema(), { dsn: server.address, slowQueryMilliseconds: 40 }, host);
      const labelled = (index: number): ObjectChange => {
        const others = Array.from({ length: 8 }, (_, label) => [`label-${label}`, `value-${index % 50}`]);
        const labels = { ...Object.fromEntries(others), bucket: `b${Math.floor(index / 10)}` };
        const metadata = { name: `object-${index}`, namespace: 'default', labels };
        const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }));
        return { type: 'upsert', object: prepareObject(json, { cluster: 'c' }) };
      };
      const objects = storage.resourceStorage(configMaps);
      await objects.write(
        'c',
        Array.from({ length: 3000 }, (_, index) => labelled(index)),
      );
      const planOf = async (options: ListOptions): Promise<string> => {
        const sleep = { statement: 'pg_sleep(0.01) IS NOT NULL AND name <> ?', parameters: ['x'] };
        lines.length = 0;
        for await (const { count } of objects.list({ ...options, rawQuery: sleep })) expect(count).toBe(10);
        const slow = () => lines.find((line) => line.includes('pg_sleep'));
        while (slow() === undefined) await storage.health();
        return slow() ?? '';
      };
      const label = await planOf({ labelSelector: [{ key: 'bucket', operator: 'in', values: ['b7'] }] });
      expect(label).toMatch(/using resources_pkey on resources/);
      expect(label).toMatch(/using object_labels_pkey/);
      expect(label).not.toMatch(/Seq Scan on (?:resources|object_labels)/);
      const list = await planOf({ limit: 10 });
      expect(list).toMatch(/Index Scan using resources_(?:key|all) on resources/);
      expect(list).not.toMatch(/Sort Key/);
      await storage.shutdown();
    },
    minute,
  );
});

withServer('passwords', () => {
  beforeAll(async () => {
    server = await startOwnServer();
    await runOn(server.address, `CREATE ROLE app LOGIN SUPERUSER PASSWORD '${secret}'`);
    writeFileSync(join(server.folder, 'data/pg_hba.conf'), 'host all app all scram-sha-256\nhost all all all trust\n');
    await runOn(server.address, 'SELECT pg_reload_conf()');
  }, minute);
  afterAll(() => server.stop());

  const as = (config: Partial<PostgresConfig>): Partial<PostgresConfig> => {
    const { hostname, port } = new URL(server.address);
    return { dsn: `postgres://${hostname}:${port}/postgres`, user: 'app', ...config };
  };

  it(
    'come from a file that may change, the key, the DSN or DB_PASSWORD',
    async () => {
      const file = join(folder, 'password');
      writeFileSync(file, `${secret}\n`);
      const dsn = new URL(server.address);
      dsn.username = 'app';
      dsn.password = secret;
      for (const config of [as({ passwordFile: file }), as({ password: secret }), { dsn: dsn.href }]) {
        const storage = await openStorage(newSchema(), config);
        expect(await storage.health()).toEqual({ healthy: true });
        await storage.shutdown();
      }
      process.env.DB_PASSWORD = secret;
      try {
        const storage = await openStorage(newSchema(), as({}));
        expect(await storage.health()).toEqual({ healthy: true });
        await storage.shutdown();
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
      const dsn = new URL(server.address);
      dsn.username = 'app';
      dsn.password = wrong;
      for (const config of [as({ password: wrong }), { dsn: dsn.href }]) {
        const error: unknown = await openStorage(newSchema(), config, host).catch((reason: unknown) => reason);
        expect(error).toMatchObject({
          code: 'UNAVAILABLE',
          retryable: false,
          message: expect.stringContaining('password authentication failed'),
        });
        lines.push(inspect(error, { depth: 9 }), error instanceof Error ? `${error.stack}` : '');
      }
      const storage = await openStorage(newSchema(), as({ password: secret, slowQueryMilliseconds: 1 }), host);
      await storage.resourceStorage(configMaps).write('c', [change('a')]);
      await server.kill('SIGQUIT');
      lines.push(inspect(await storage.health(), { depth: 9 }));
      await server.restart();
      await storage.shutdown();
      const told = lines.join('\n');
      for (const form of [secret, encodeURIComponent(secret), 'hunter2']) expect(told).not.toContain(form);
    },
    minute,
  );
});

withServer('TLS to the server', () => {
  if (!hasOpenssl) {
    it.skip('not run: openssl, which makes the certificates, is not installed', () => {});
    return;
  }
  const pem = (name: string) => join(folder, `${name}.pem`);
  const openssl = (...parameters: string[]) => {
    const { status, stderr } = spawnSync('openssl', parameters, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };

  beforeAll(async () => {
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    for (const name of ['ca', 'other-ca']) {
      openssl('req', '-x509', ...newKey, '-keyout', pem(`${name}-key`), '-out', pem(name), '-subj', `/CN=${name}`);
    }
    openssl('req', ...newKey, '-keyout', pem('key'), '-out', pem('request'), '-subj', '/CN=localhost');
    writeFileSync(pem('names'), 'subjectAltName = DNS:localhost');
    const signed = ['-CA', pem('ca'), '-CAkey', pem('ca-key'), '-CAcreateserial', '-extfile', pem('names')];
    openssl('x509', '-req', '-in', pem('request'), ...signed, '-out', pem('certificate'));
    server = await startOwnServer({ ssl: 'off' });
    for (const [from, to] of [
      ['certificate', 'tls.crt'],
      ['key', 'tls.key'],
    ] as const) {
      const file = join(server.folder, 'data', to);
      writeFileSync(file, readFileSync(pem(from)), { mode: 0o600 });
      if (server.user.uid !== undefined) chownSync(file, server.user.uid, server.user.gid ?? 0);
    }
  }, minute);
  afterAll(() => server.stop());

  const to = (host: string, config: Partial<PostgresConfig>) => {
    const address = new URL(server.address);
    address.hostname = host;
    return openStorage(newSchema(), { dsn: address.href, ...config });
  };
  const refused = (config: Partial<PostgresConfig>, host = 'localhost') =>
    expect(to(host, config)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining('no trusted connection'),
    });
  const encrypted = `SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE application_name = 'clusterdex'`;

  it(
    'is required, or only preferred, when the server does not speak it',
    async () => {
      await refused({ sslMode: 'require' });
      const storage = await to('localhost', { sslMode: 'prefer' });
      expect(await runOn(server.address, encrypted)).toEqual([{ ssl: false }]);
      await storage.shutdown();
    },
    minute,
  );

  it(
    'checks who answers, as far as the mode says',
    async () => {
      await server.kill();
      const [certificate, key] = ['tls.crt', 'tls.key'].map((name) => join(server.folder, 'data', name));
      await server.restart({ ssl: 'on', ssl_cert_file: certificate ?? '', ssl_key_file: key ?? '' });
      const sslRootCertFile = pem('ca');
      for (const [host, config] of [
        ['localhost', { sslMode: 'verify-full', sslRootCertFile }],
        ['127.0.0.1', { sslMode: 'verify-ca', sslRootCertFile }],
        ['127.0.0.1', { sslMode: 'require' }],
        ['127.0.0.1', { sslMode: 'prefer' }],
      ] as const) {
        const storage = await to(host, config);
        expect(await runOn(server.address, encrypted)).toEqual([{ ssl: true }]);
        await storage.shutdown();
      }
      for (const sslMode of ['verify-ca', 'verify-full'] as const) {
        await refused({ sslMode, sslRootCertFile: pem('other-ca') });
        await refused({ sslMode });
      }
      await refused({ sslMode: 'verify-full', sslRootCertFile }, '127.0.0.1');
    },
    minute,
  );
});
