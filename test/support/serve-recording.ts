import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { pino } from 'pino';
import { type App, startApp } from '../../src/app.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { repositoryRoot, runClusterdex } from './clusterdex.js';
import { temporaryFolder } from './temporary-folder.js';

export interface RecordingServer {
  readonly url: string;
  /** Below which the resources of cluster alpha are. */
  readonly cluster: string;
  /** Lets ages be as of this time, in milliseconds since the epoch; undefined for the machine's. */
  setTime(now: number | undefined): void;
}

/** For the tests of a file: the recorded dump, imported as cluster alpha by the real command, and served. */
export function serveRecording(storageName: string): RecordingServer {
  let app: App | undefined;
  let time: number | undefined;
  beforeAll(async () => {
    const dataDir = join(temporaryFolder(), `alpha-${storageName}`);
    const dump = resolve(repositoryRoot, 'test/fixtures/alpha/dump.json');
    const common = ['--data-dir', dataDir, '--storage-name', storageName];
    const imported = await runClusterdex(['import', ...common, '--cluster', 'alpha', dump]);
    if (imported.status !== 0) throw new Error(`import ended with ${imported.status}: ${imported.stderr}`);
    app = await startApp({
      storage: resolveStorageSettings({ dataDir, storageName }, {}),
      address: { host: '127.0.0.1', port: 0 },
      gates: parseFeatureGates(''),
      logger: pino({ level: 'silent' }),
      now: () => time ?? Date.now(),
    });
  }, 60_000);
  afterAll(() => app?.stop(AbortSignal.timeout(5000)));
  const url = () => app?.url ?? '';
  return {
    get url() {
      return url();
    },
    get cluster() {
      return `${url()}/apis/clusterpedia.io/v1beta1/resources/clusters/alpha`;
    },
    setTime(now) {
      time = now;
    },
  };
}
