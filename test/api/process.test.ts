import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, runClusterdex, startServer } from '../support/clusterdex.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { loadObjects, type PlainObject } from './support/load-objects.js';

const pods = '/apis/clusterpedia.io/v1beta1/resources/api/v1/pods';
const objects = 100_000;
const megabyte = 1 << 20;

function* manyPods(): Generator<PlainObject & { readonly spec: object }> {
  for (let i = 0; i < objects; i++) {
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `pod-${i}`, namespace: `ns-${i % 10}`, uid: `uid-${i}` },
      spec: { filler: 'x'.repeat(700) },
    };
  }
}

async function openList(server: RunningServer): Promise<IncomingMessage> {
  const request = get(server.origin + pods, { agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function metric(server: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Reads to the end and counts the objects; `between` runs now and then on the way. */
async function countObjects(response: IncomingMessage, between: () => Promise<void> = async () => undefined) {
  let text = '';
  let count = 0;
  let bytes = 0;
  for await (const chunk of response) {
    const before = bytes;
    bytes += chunk.length;
    const parts = (text + chunk.toString('latin1')).split('"uid":"uid-');
    count += parts.length - 1;
    text = parts.at(-1)?.slice(-64) ?? '';
    if (Math.floor(before / (8 * megabyte)) < Math.floor(bytes / (8 * megabyte))) await between();
  }
  return { count, end: text.slice(-3) };
}

describe.each(['sqlite', 'memory'])('a long list on %s', (storageName) => {
  let dataDirectory: string;
  beforeAll(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-process-'));
    const storage = await openTestStorage(storageName, { dataDirectory });
    await loadObjects(storage.factory, 'c', { objects: manyPods() });
    await storage.close();
  }, 120_000);
  afterAll(() => rmSync(dataDirectory, { recursive: true }));

  function start() {
    return startServer(['--data-dir', dataDirectory, '--storage-name', storageName]);
  }

  it('needs flat memory, whatever its length, and ends when its client goes', async () => {
    const server = await start();
    try {
      // Once before, because caches fill up with what is read for the first time.
      await countObjects(await openList(server));
      const before = await metric(server, 'process_resident_memory_bytes');
      let most = 0;
      const { count, end } = await countObjects(await openList(server), async () => {
        most = Math.max(most, await metric(server, 'process_resident_memory_bytes'));
      });
      expect({ count, end }).toEqual({ count: objects, end: ']}\n' });
      expect(most - before).toBeLessThan(50 * megabyte);

      const left = await openList(server);
      left.on('error', () => undefined).destroy();
      while ((await metric(server, 'clusterdex_requests_in_flight')) > 1);
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('runs to its end when the server is asked to end', async () => {
    const server = await start();
    const response = await openList(server);
    const [first] = (await once(response.pause(), 'readable').then(() => [response.read()])) as [Buffer];
    response.unshift(first);
    const stopped = server.stop();
    await untilRefused(server);
    expect(await countObjects(response)).toEqual({ count: objects, end: ']}\n' });
    expect(await stopped).toMatchObject({ status: 0 });
  }, 60_000);

  it('breaks off at the second signal, and nobody can take it for whole', async () => {
    const server = await start();
    const response = await openList(server);
    void server.stop();
    await untilRefused(server);
    void server.stop();
    await expect(countObjects(response)).rejects.toThrow();
    expect(await server.ended).toMatchObject({ status: 0 });
  }, 60_000);
});

async function untilRefused(server: RunningServer): Promise<void> {
  for (;;) {
    try {
      await (await fetch(`${server.origin}/livez`)).arrayBuffer();
    } catch {
      return;
    }
  }
}

describe('serve', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'clusterdex-serve-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says in one line where it serves', async () => {
    const server = await startServer(['--data-dir', join(folder, 'data')]);
    const { status, stdout } = await server.stop();
    expect(status).toBe(0);
    expect(stdout).toBe(`clusterdex serves ${join(folder, 'data')} (sqlite) at ${server.origin}\n`);
  });

  it('says that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const result = await runClusterdex([
      'serve',
      '--data-dir',
      folder,
      '--insecure-port',
      port,
      '--log-level',
      'error',
    ]);
    other.close();
    expect(result).toEqual({
      status: 1,
      stdout: '',
      stderr: `clusterdex: cannot listen on 127.0.0.1:${port}: something else listens there; choose another with --insecure-port\n`,
    });
  });

  it.each([
    [['--bind-address', '0.0.0.0'], 'has to be a loopback address'],
    [['--bind-address', '::'], 'has to be a loopback address'],
    [['--bind-address', 'example.org'], 'has to be a loopback address'],
    [['--insecure-port', '70000'], '--insecure-port has to be a number from 0 to 65535, not "70000"'],
    [['--insecure-port', 'http'], '--insecure-port has to be a number'],
    [['--feature-gates', 'RemainingItmCount=true'], 'RemainingItemCount'],
    [['--log-level', 'loud'], 'loud'],
    [['--storage-config', '/nonexistent/x.yaml'], 'cannot be read'],
    [['--storage-config', 'list.yaml'], 'has to hold a mapping'],
    [['--storage-config', 'broken.yaml'], 'neither YAML nor JSON'],
    [['--storage-name', 'sqlit'], 'sqlite'],
    [['--data-dir', 'a-file/data'], 'cannot be created'],
  ])('refuses %j and says why', async (parameters, reason) => {
    writeFileSync(join(folder, 'list.yaml'), '- a\n');
    writeFileSync(join(folder, 'broken.yaml'), '{"a": \n');
    writeFileSync(join(folder, 'a-file'), '');
    const files = parameters.map((word) => (/^(?:list|broken|a-file)/.test(word) ? join(folder, word) : word));
    const options = files.includes('--data-dir') ? files : ['--data-dir', folder, ...files];
    const { status, stdout, stderr } = await runClusterdex(['serve', '--insecure-port', '0', ...options]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('the command', () => {
  it('tells its version, for people and for scripts', async () => {
    const text = await runClusterdex(['version']);
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toMatch(/^clusterdex +\d+\.\d+\.\d+\ncontract +\d+\.\d+\n/);
    const json = await runClusterdex(['version', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ clusterdex: expect.any(String), contract: expect.any(String) });
  });

  it.each(['serve', 'kubeconfig', 'version'])('teaches itself: %s --help', async (command) => {
    const { status, stdout } = await runClusterdex([command, '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: clusterdex ${command}`);
  });

  it('suggests what was meant, and ends with a failure', async () => {
    const command = await runClusterdex(['serv']);
    expect(command.status).toBe(1);
    expect(command.stderr).toContain('Did you mean serve?');
    const option = await runClusterdex(['serve', '--data-dri', 'x']);
    expect(option.status).toBe(1);
    expect(option.stderr).toContain('Did you mean --data-dir?');
  });
});
