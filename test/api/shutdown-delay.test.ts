import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, runClusterdex, startServer } from '../support/clusterdex.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';

const pods = '/apis/clusterpedia.io/v1beta1/resources/clusters/staging/api/v1/pods';
const folder = temporaryFolder();
const dataDirectory = join(folder, 'data');

beforeAll(async () => {
  const storage = await openTestStorage('sqlite', { dataDirectory });
  await loadObjects(storage.factory, 'staging', { objects: sampleObjects('staging') });
  await storage.close();
});

const start = (duration: string) =>
  startServer(['--data-dir', dataDirectory, '--shutdown-delay-duration', duration, '--log-level', 'info']);

const statusOf = async (server: RunningServer, path: string) => {
  // Over a connection of its own, as somebody new would.
  const response = await fetch(server.origin + path, { headers: { connection: 'close' } });
  return [response.status, await response.text()] as const;
};

async function untilUnready(server: RunningServer): Promise<void> {
  while ((await statusOf(server, '/readyz'))[0] === 200);
}

describe('--shutdown-delay-duration', () => {
  it('serves as before while /readyz says that it ends; a second signal ends the wait', async () => {
    const server = await start('1h');
    const [watch] = (await once(get(`${server.origin}${pods}?watch=true`, { agent: false }), 'response')) as [
      IncomingMessage,
    ];
    const watched = watch.setEncoding('utf8').toArray();
    void server.stop();
    await untilUnready(server);
    expect(await statusOf(server, '/readyz?verbose')).toEqual([503, expect.stringContaining('[-]shutdown failed')]);
    expect(await statusOf(server, '/livez')).toEqual([200, 'ok']);
    expect(await statusOf(server, `${pods}?limit=1`)).toEqual([200, expect.stringContaining('"kind":"PodList"')]);
    expect(watch.readableEnded).toBe(false);
    void server.stop();
    // The watch came to its end, and was not cut off: its last event is whole.
    expect((await watched).join('')).toMatch(/\}\n$|^$/);
    expect(await server.ended).toMatchObject({ status: 0, stderr: expect.stringContaining('"shutdownDelay":3600000') });
  }, 60_000);

  it('ends by itself when it is over', async () => {
    const server = await start('700ms');
    const before = performance.now();
    const stopped = server.stop();
    await untilUnready(server);
    expect((await statusOf(server, '/livez'))[0]).toBe(200);
    expect(await stopped).toMatchObject({ status: 0 });
    expect(performance.now() - before).toBeGreaterThanOrEqual(700);
  }, 60_000);

  it.each(['5', 'soon', '-1s', '1d', ''])('has to be a duration: %j', async (text) => {
    const result = await runClusterdex(['serve', '--data-dir', dataDirectory, '--shutdown-delay-duration', text]);
    expect(result).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--shutdown-delay-duration: expected a duration like 10s or 1m30s, found'),
    });
  });
});
