import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { pino } from 'pino';
import { startApp } from '../../../src/app.js';
import { resolveStorageSettings } from '../../../src/config/storage-settings.js';
import { parseFeatureGates } from '../../../src/query/feature-gates.js';
import { openTestStorage } from '../../support/open-test-storage.js';

export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface TestApp {
  readonly url: string;
  readonly dataDirectory: string;
  /** Sends the path as it stands, which fetch would tidy up. */
  ask(
    path: string,
    options?: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

/** Fills a storage of this name in a directory of its own, then serves it as `clusterdex serve` does. */
export async function startTestApp(
  storageName: string,
  fill: (factory: StorageFactory) => Promise<void>,
): Promise<TestApp> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-api-'));
  const storage = await openTestStorage(storageName, { dataDirectory });
  await fill(storage.factory);
  await storage.close();
  const app = await startApp({
    storage: resolveStorageSettings({ dataDir: dataDirectory, storageName }, {}),
    address: { host: '127.0.0.1', port: 0 },
    gates: parseFeatureGates(''),
    logger: pino({ level: 'silent' }),
  });
  return {
    url: app.url,
    dataDirectory,
    ask: (path, options = {}) => ask(app.url, path, options),
    async stop() {
      await app.stop(AbortSignal.timeout(5000));
      rmSync(dataDirectory, { recursive: true });
    },
  };
}

/** Sends the path as it stands. */
export function ask(
  url: string,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text: bytes.toString(), bytes });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
