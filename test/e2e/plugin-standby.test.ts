import { mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freePort, repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ServeProcess } from '../synchro/support/serve-process.js';

const running: ServeProcess[] = [];
// Before the folder is removed, in which they write to their end.
afterAll(async () => {
  await Promise.all(running.map((process) => process.end('SIGKILL')));
});
const folder = temporaryFolder();
const base = '/apis/plugins.clusterdex.io/v1/lighthouse';
const patience = 120_000;

interface Lighthouse {
  readonly process: ServeProcess;
  readonly url: string;
}

async function start(name: string, { advertises }: { readonly advertises: boolean }): Promise<Lighthouse> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const clusters = join(folder, 'clusters');
  mkdirSync(clusters, { recursive: true });
  const process = new ServeProcess(
    name,
    [
      ...['--insecure-port', String(port), '--data-dir', join(folder, 'data'), '--clusters-dir', clusters],
      ...['--storage-name', 'lighthouse', '--leader-elect-lease-duration', '5'],
      ...(advertises ? ['--advertise-url', `${url}/`] : []),
    ],
    { STORAGE_PLUGINS: join(repositoryRoot, 'test/fixtures/plugins/extended') },
  );
  running.push(process);
  await until(() => process.url === url);
  return { process, url };
}

interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: unknown;
}

/** As much of a document of OpenAPI as is looked at. */
interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, unknown>> } | undefined>>>
  >;
}

/** Follows no redirect, and sends every header as it is. */
function ask({ url }: Lighthouse, path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url + base + path, { method, agent: false, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const json = text === '' ? undefined : JSON.parse(text);
        resolve({ code: response.statusCode ?? 0, headers: response.headers, json });
      });
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? '{"colour":"red"}' : undefined);
  });
}

/** Empty where it is not at home. */
const diary = async (house: Lighthouse): Promise<readonly string[]> => {
  const { code, json } = await ask(house, '/diary');
  return code === 200 ? (json as readonly string[]) : [];
};

describe('a plugin that can stand by, in two processes on one storage', () => {
  let first: Lighthouse;
  let second: Lighthouse;
  let third: Lighthouse;

  it(
    'does its work in one; the other says so, where it does not know the way to it',
    async () => {
      first = await start('first', { advertises: false });
      await until(async () => (await ask(first, '/beacons/north')).code === 200);
      expect((await ask(first, '/beacons/north')).json).toEqual({ beacon: 'north', colour: null });
      expect(await ask(first, '/beacons/north', 'POST')).toMatchObject({ code: 201 });
      second = await start('second', { advertises: true });
      await until(async () => (await ask(second, '/watchman')).code === 200);
      expect(await ask(second, '/beacons/north')).toMatchObject({
        code: 503,
        headers: { 'retry-after': '2' },
        json: {
          kind: 'Status',
          reason: 'ServiceUnavailable',
          message: expect.stringMatching(/stands by .* lighthouse/),
        },
      });
      expect(await diary(second)).toEqual(['standby begins']);
      expect((await diary(first)).at(-1)).toBe('serve begins');
      expect(await ask(first, '/watchman')).toMatchObject({ code: 404 });
    },
    patience,
  );

  it(
    'gets little of the host on standby: its log, its settings to read, and where the active one is',
    async () => {
      expect((await ask(second, '/watchman')).json).toEqual({
        members: ['activeUri', 'keyValue', 'logger'],
        settings: ['get', 'keys'],
        lit: 'north',
        activeUri: 'nowhere',
      });
    },
    patience,
  );

  it(
    'goes on in the other when the first ends, with the settings as they are by then',
    async () => {
      expect(await ask(first, '/beacons/west', 'POST')).toMatchObject({ code: 201 });
      await first.process.end('SIGTERM');
      await until(async () => (await ask(second, '/beacons/north')).code === 200);
      expect((await ask(second, '/beacons/north')).json).toMatchObject({ lit: 'west', activeUri: second.url });
      expect(await diary(second)).toEqual(['standby begins', 'standby ends', 'serve begins']);
      // The next one does not begin before the one before has ended.
      const logbook = readFileSync(join(folder, 'data', 'lighthouse', 'logbook'), 'utf8')
        .trim()
        .split('\n');
      // A process that has to wait for long may lose the lease, and take it again.
      const turns = logbook.map((line) => line.split(' ')[1]).join(' ');
      expect(turns).toMatch(/^(lights dark )+lights$/);
    },
    patience,
  );

  it(
    'redirects to the one that does the work, with path and query, and with nothing that the caller showed',
    async () => {
      third = await start('third', { advertises: true });
      const path = `/beacons/${encodeURIComponent('süd ost')}`;
      await until(async () => (await ask(third, path)).code === 307);
      const headers = { authorization: 'Bearer secret', cookie: 'a=b' };
      const answer = await ask(third, `${path}?colour=red%20light&a=b`, 'GET', headers);
      expect(answer).toMatchObject({ code: 307, json: undefined, headers: { 'cache-control': 'no-store' } });
      expect(answer.headers.location).toBe(`${second.url}${base}${path}?colour=red%20light&a=b`);
      expect(await ask(third, '/beacons/north', 'HEAD')).toMatchObject({ code: 307 });
      const followed = await fetch(`${third.url}${base}/beacons/east`, { method: 'POST', body: '{"colour":"green"}' });
      expect([followed.status, followed.url]).toEqual([201, `${second.url}${base}/beacons/east`]);
      expect(await followed.json()).toEqual({ beacon: 'east', colour: 'green' });
      expect((await ask(third, '/watchman')).json).toMatchObject({ activeUri: second.url });
    },
    patience,
  );

  it(
    'is described by both in the same words: what may be redirected, and what is answered on standby alone',
    async () => {
      const read = async (house: Lighthouse, path: string) =>
        (await (await fetch(house.url + path)).json()) as Described;
      const v3 = '/openapi/v3/apis/plugins.clusterdex.io/v1';
      const documents = { v2: await read(third, '/openapi/v2'), v3: await read(third, v3) };
      for (const [document, location] of [
        [documents.v2, { type: 'string', format: 'uri' }],
        [documents.v3, { schema: { type: 'string', format: 'uri' } }],
      ] as const) {
        for (const [path, method] of [
          ['beacons/{beacon}', 'get'],
          ['beacons/{beacon}', 'post'],
          ['diary', 'get'],
        ] as const) {
          expect(document.paths[`${base}/${path}`]?.[method]?.responses).toMatchObject({
            307: { headers: { Location: expect.objectContaining(location) } },
            503: { headers: { 'Retry-After': {} } },
          });
        }
        const watchman = document.paths[`${base}/watchman`]?.get;
        expect(watchman).toMatchObject({ 'x-clusterdex-standby': true });
        expect(Object.keys(watchman?.responses ?? {})).toEqual(['200', 'default']);
        expect(Object.keys(document.paths[`${base}/health`]?.get?.responses ?? {})).toEqual(['200', 'default']);
      }
      expect({ v2: await read(second, '/openapi/v2'), v3: await read(second, v3) }).toEqual(documents);
    },
    patience,
  );

  it(
    'has on standby the paths and methods that the active one has, and its own, for callers of their own origin',
    async () => {
      expect(await ask(third, '/nowhere')).toMatchObject({ code: 404 });
      expect(await ask(third, '/beacons/north', 'PUT')).toMatchObject({
        code: 405,
        headers: { allow: 'GET, HEAD, POST' },
      });
      const origin = { origin: 'http://evil.example' };
      expect(await ask(third, '/beacons/north', 'POST', origin)).toMatchObject({ code: 403 });
    },
    patience,
  );

  it(
    'stands by again in a process that slept and lost the lease',
    async () => {
      second.process.signal('SIGSTOP');
      try {
        await until(async () => (await ask(third, '/beacons/north')).code === 200);
      } finally {
        second.process.signal('SIGCONT');
      }
      await until(async () => (await diary(second)).at(-1) === 'standby begins');
      expect((await diary(second)).slice(-3)).toEqual(['serve begins', 'serve ends', 'standby begins']);
      await until(async () => (await ask(second, '/beacons/north')).code === 307);
      expect((await ask(second, '/beacons/north?colour=red')).headers.location).toBe(
        `${third.url}${base}/beacons/north?colour=red`,
      );
      expect((await diary(third)).filter((entry) => entry === 'serve begins')).toHaveLength(1);
    },
    patience,
  );

  it(
    'goes on when the process that does the work is killed; whoever asks meanwhile is told to go there or to come again',
    async () => {
      await third.process.end('SIGKILL');
      const answers: Answer[] = [];
      await until(async () => {
        answers.push(await ask(second, '/beacons/north'));
        return answers.at(-1)?.code === 200;
      });
      expect(answers[0]?.headers.location).toBe(`${third.url}${base}/beacons/north`);
      for (const { code, headers } of answers.slice(0, -1)) {
        if (code === 307) expect(headers.location).toBe(`${third.url}${base}/beacons/north`);
        else expect([code, headers['retry-after']]).toEqual([503, '2']);
      }
      expect((await diary(second)).slice(-2)).toEqual(['standby ends', 'serve begins']);
    },
    patience,
  );
});

describe('--advertise-url', () => {
  it('with credentials stops the start, and they are not repeated', async () => {
    const { status, stderr } = await runClusterdex([
      ...['serve', '--insecure-port', '0', '--data-dir', join(folder, 'unused')],
      ...['--advertise-url', 'https://admin:hunter2@10.0.0.7'],
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/--advertise-url: expected the URL at which others reach this server/);
    expect(stderr).not.toContain('hunter2');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not come to that within a minute');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
