import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolveCertificateFiles } from '../../src/config/certificate-files.js';
import { loadContinueKey } from '../../src/config/continue-key.js';
import { defaultDataDirectory } from '../../src/config/defaults.js';
import { parseListenAddress, parseSecureAddress } from '../../src/config/listen-address.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';

describe('the settings', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('put data where the XDG rules say', () => {
    expect(defaultDataDirectory({ XDG_DATA_HOME: '/data' })).toBe('/data/clusterdex');
    for (const XDG_DATA_HOME of [undefined, '', 'relative']) {
      expect(defaultDataDirectory({ XDG_DATA_HOME })).toBe(join(homedir(), '.local/share/clusterdex'));
    }
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.8.0.9', '127.8.0.9'],
    ['localhost', '127.0.0.1'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '0:0:0:0:0:0:0:1'],
  ])('allow %s to listen on', (host, expected) => {
    expect(parseListenAddress(host, '0')).toEqual({ host: expected, port: 0 });
  });

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::ffff:10.0.0.1',
    '1::1',
    '::11',
    'localhost.example',
    '',
    '127.1',
  ])('do not allow %s', (host) => {
    expect(() => parseListenAddress(host, '0')).toThrow('loopback');
  });

  it.each(['', '-1', '65536', '80a', '1e3', ' 1'])('do not allow port "%s"', (port) => {
    expect(() => parseListenAddress('::1', port)).toThrow('0 to 65535');
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '::ffff:127.0.0.1', 'fe80::1'])(
    'allow %s for TLS only when everybody may read everything',
    (host) => {
      expect(() => parseSecureAddress(host, '0')).toThrow('--anonymous-auth');
      expect(parseSecureAddress(host, '0', { anonymousAuth: true })).toEqual({ host, port: 0 });
    },
  );

  it('allow loopback for TLS, no names but localhost, and no other port', () => {
    expect(parseSecureAddress('localhost', '8643')).toEqual({ host: '127.0.0.1', port: 8643 });
    expect(parseSecureAddress('::1', '0')).toEqual({ host: '::1', port: 0 });
    for (const host of ['', '127.1', 'here.example']) {
      expect(() => parseSecureAddress(host, '0', { anonymousAuth: true })).toThrow('an IP address or localhost');
    }
    expect(() => parseSecureAddress('::1', 'https')).toThrow('--secure-port');
  });

  it('take a certificate and its key together, or those of a folder', () => {
    expect(() => resolveCertificateFiles({ tlsCertFile: 'a.crt' }, folder)).toThrow('go together');
    expect(() => resolveCertificateFiles({ tlsPrivateKeyFile: 'a.key' }, folder)).toThrow('go together');
    expect(
      resolveCertificateFiles({ tlsCertFile: '/a.crt', tlsPrivateKeyFile: '/a.key', certDir: '/c' }, folder),
    ).toEqual({ certFile: '/a.crt', keyFile: '/a.key', selfSigned: false });
    expect(resolveCertificateFiles({}, folder)).toEqual({
      certFile: join(folder, 'certificates', 'apiserver.crt'),
      keyFile: join(folder, 'certificates', 'apiserver.key'),
      selfSigned: true,
    });
  });

  it('take the storage config from YAML or JSON, settings in their order, and folders like PATH', () => {
    const yaml = join(folder, 'config.yaml');
    writeFileSync(yaml, 'path: x\nsize: 3\n');
    expect(
      resolveStorageSettings(
        { dataDir: folder, storageConfig: yaml, storageSet: ['a=1', 'b=2'], storageName: 'memory' },
        { STORAGE_PLUGINS: ['/a', '', 'b'].join(delimiter) },
      ),
    ).toEqual({
      name: 'memory',
      config: { path: 'x', size: 3 },
      settings: ['a=1', 'b=2'],
      dataDirectory: folder,
      folders: ['/a', resolve('b')],
    });
    writeFileSync(yaml, '');
    expect(resolveStorageSettings({ storageConfig: yaml }, {})).toMatchObject({
      name: 'sqlite',
      config: {},
      folders: [],
    });
  });

  it('keep one key for continue tokens, whoever makes it', () => {
    const first = loadContinueKey(folder);
    expect(first).toHaveLength(32);
    expect(Buffer.from(loadContinueKey(folder)).equals(first)).toBe(true);
    const path = join(folder, 'continue.key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('continue.key'))).toEqual(['continue.key']);
    writeFileSync(path, 'short');
    expect(() => loadContinueKey(folder)).toThrow('32 bytes');
  });
});
