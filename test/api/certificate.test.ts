import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createApiServer } from '../../src/api/api-server.js';
import { openCertificateSource } from '../../src/api/certificate-source.js';
import { type CertificateFiles, resolveCertificateFiles } from '../../src/config/certificate-files.js';
import { createSelfSignedCertificate } from '../../src/config/self-signed-certificate.js';
import { loadServingCertificate } from '../../src/config/serving-certificate.js';
import { createContinueTokens } from '../../src/query/continue-tokens.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const day = 24 * 60 * 60 * 1000;
const folder = temporaryFolder();
let folders = 0;

function newFiles(): CertificateFiles {
  return resolveCertificateFiles({ certDir: join(folder, String(folders++)) }, folder);
}

function load(files: CertificateFiles, hosts: readonly string[] = []) {
  return loadServingCertificate({ files, hosts });
}

function store({ certFile, keyFile }: CertificateFiles, { cert, key }: { cert: string; key: string }): void {
  mkdirSync(join(certFile, '..'), { recursive: true });
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key);
}

/** Somebody else's, and long past. */
async function createForeignCertificate(): Promise<{ cert: string; key: string }> {
  await import('reflect-metadata');
  const { PemConverter, X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=somebody.example',
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2020-02-01'),
    keys,
    signingAlgorithm: algorithm,
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, PemConverter.PrivateKeyTag) };
}

describe('the certificate that serves', () => {
  it('is made on demand, for this machine and the address that it is served at, readable by its owner alone', async () => {
    const files = newFiles();
    const { cert, key } = await load(files, ['192.0.2.7', 'fd00::1']);
    for (const path of [files.certFile, files.keyFile]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(files.certFile, '..')).mode & 0o777).toBe(0o700);
    expect([readFileSync(files.certFile, 'utf8'), readFileSync(files.keyFile, 'utf8')]).toEqual([cert, key]);
    const certificate = new X509Certificate(cert);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    for (const address of ['127.0.0.1', '::1', '192.0.2.7', 'fd00::1'])
      expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkIP('192.0.2.8')).toBeUndefined();
    expect(certificate.ca).toBe(false);
    const authority = new X509Certificate(cert.slice(cert.indexOf('-----END CERTIFICATE-----') + 25));
    expect(authority.ca).toBe(true);
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(certificate.validTo)).toBeLessThan(Date.now() + 366 * day);
  });

  it('stays the same as long as it lasts and names the address', async () => {
    const files = newFiles();
    const first = await load(files);
    expect(await load(files)).toEqual(first);
    expect(await load(files, ['127.0.0.1', '::1', 'localhost'])).toEqual(first);
    const renewed = await load(files, ['192.0.2.7']);
    expect(renewed.cert).not.toBe(first.cert);
    expect(await load(files)).toEqual(renewed);
  });

  it('is for all the addresses of the servers that share it', async () => {
    const files = newFiles();
    await load(files, ['192.0.2.7']);
    const both = await load(files, ['fd00::7']);
    expect(await load(files, ['192.0.2.7'])).toEqual(both);
    expect(await load(files, ['fd00::7'])).toEqual(both);
  });

  it.each([
    ['has expired', 400],
    ['ends soon', 340],
  ])('is renewed when it %s', async (_when, age) => {
    const files = newFiles();
    const old = await createSelfSignedCertificate([], Date.now() - age * day);
    store(files, old);
    const renewed = await load(files);
    expect(renewed.cert).not.toBe(old.cert);
    expect(Date.parse(new X509Certificate(renewed.cert).validTo)).toBeGreaterThan(Date.now() + 360 * day);
  });

  it('is left alone when it is named, or was made by somebody else', async () => {
    const old = await createSelfSignedCertificate([], Date.now() - 400 * day);
    const files = newFiles();
    store(files, old);
    expect(await load({ ...files, selfSigned: false })).toEqual(old);
    const foreign = await createForeignCertificate();
    store(files, foreign);
    expect(await load(files, ['192.0.2.7'])).toEqual(foreign);
  });

  it('is one, however many servers make it at once', async () => {
    const files = newFiles();
    await Promise.all(Array.from({ length: 8 }, () => load(files)));
    const { cert, key } = await load(files);
    expect([readFileSync(files.certFile, 'utf8'), readFileSync(files.keyFile, 'utf8')]).toEqual([cert, key]);
  });

  it('is refused with the file that is wrong', async () => {
    const named = { ...newFiles(), selfSigned: false };
    await expect(load(named)).rejects.toThrow(`cannot read ${named.certFile}`);
    const files = newFiles();
    const pair = await load(files);
    const plain = { ...files, selfSigned: false };
    store(files, { ...pair, cert: 'nothing' });
    await expect(load(plain)).rejects.toThrow(`${files.certFile} holds no certificate`);
    store(files, { ...pair, key: 'nothing' });
    await expect(load(plain)).rejects.toThrow(`${files.keyFile} holds no private key`);
    store(files, { ...pair, key: (await createSelfSignedCertificate([])).key });
    await expect(load(plain)).rejects.toThrow('is not that of the certificate');
    rmSync(files.keyFile);
    await expect(load(files)).rejects.toThrow(`cannot read ${files.keyFile}`);
    const blocked = resolveCertificateFiles({ certDir: join(files.certFile, 'below') }, folder);
    await expect(load(blocked)).rejects.toThrow(`cannot write ${blocked.keyFile}`);
  });

  it('is served anew when it changes on disk, to new connections; what is half written is waited for', async () => {
    const files = newFiles();
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const source = await openCertificateSource({ files, hosts: [], logger, interval: 10 });
    const server = createApiServer({
      factory: { health: async () => ({ healthy: true }), collectionResources: () => [] } as unknown as StorageFactory,
      storageName: 'none',
      canWatch: false,
      gates: parseFeatureGates(''),
      continueTokens: createContinueTokens(new Uint8Array(32)),
      logger,
      registry: new Registry(),
    });
    const port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0, certificate: source })).port);
    const fingerprint = async () => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
      await once(socket, 'secureConnect');
      const { alpnProtocol } = socket;
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return { alpnProtocol, fingerprint256 };
    };
    const until = async (said: string) => {
      while (!lines.some((line) => line.includes(said))) await new Promise(setImmediate);
    };
    const before = await fingerprint();
    const other = newFiles();
    const next = await load(other);
    copyFileSync(other.keyFile, files.keyFile);
    await until('cannot be used; keeping the last one');
    expect(await fingerprint()).toEqual(before);
    copyFileSync(other.certFile, files.certFile);
    await until('serving with a new certificate');
    expect(await fingerprint()).toEqual({
      alpnProtocol: 'h2',
      fingerprint256: new X509Certificate(next.cert).fingerprint256,
    });
    source.close();
    await server.stop(AbortSignal.timeout(2000));
  });
});
