import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, repositoryRoot, runClusterdex, startServer } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let server: RunningServer;
// Before the folder is removed, in which it writes to its end.
afterAll(() => server.stop());
const folder = temporaryFolder();
const environment = { STORAGE_PLUGINS: join(repositoryRoot, 'test/fixtures/plugins/extended') };
const flags = ['--storage-name', 'warehouse', '--data-dir', folder, '--log-level', 'info'];
const group = '/apis/plugins.clusterdex.io';
const base = `${group}/v1/warehouse`;
const settings = () => JSON.parse(readFileSync(join(folder, 'warehouse.settings.json'), 'utf8'));

beforeAll(async () => {
  server = await startServer(flags, environment);
});

interface Answer<Json> {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Undefined for what is no JSON. */
  readonly json: Json;
}

interface Asked {
  readonly method?: string;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Named {
  readonly name: string;
}

interface Orders {
  readonly orders: readonly string[];
}

interface State {
  readonly statistics: { readonly hostVersion: string; readonly operations: readonly object[] };
  readonly counters: unknown;
}

/** As much of a document of OpenAPI as is looked at. */
interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string } | undefined>>>>;
  readonly definitions?: Readonly<Record<string, object>>;
}

/** Of OpenAPI v3. */
interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string } | undefined>>;
}

/** fetch would not send Origin and other headers as they are. `Json` is what the caller looks at. */
function ask<Json = unknown>(path: string, { method = 'GET', body, headers = {} }: Asked = {}): Promise<Answer<Json>> {
  const content = typeof body === 'object' ? JSON.stringify(body) : body;
  const type = content === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(
      server.origin + path,
      { method, agent: false, headers: { ...type, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => {
          const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
          const { statusCode = 0 } = response;
          resolve({
            code: statusCode,
            headers: response.headers,
            text,
            json: (isJson ? JSON.parse(text) : undefined) as Json,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(content);
  });
}

const command = (name: string, parameters: object, headers: Readonly<Record<string, string>> = {}) =>
  ask<{ readonly output: string }>(`${base}/commands/${name}`, { method: 'POST', body: { parameters }, headers });
const clusterdex = (...words: string[]) => runClusterdex(['command', ...words, '--server', server.origin]);

async function readV3(): Promise<Described> {
  const index = (await ask<Index>('/openapi/v3')).json.paths['apis/plugins.clusterdex.io/v1'];
  return (await ask<Described>(index?.serverRelativeURL ?? 'nowhere')).json;
}

/** `health GET` of each operation, in order. */
const operationsOf = (paths: Readonly<Record<string, object>>): readonly string[] =>
  Object.entries(paths)
    .flatMap(([path, item]) =>
      Object.keys(item)
        .filter((name) => name !== 'parameters')
        .map((method) => `${path.replace(`${base}/`, '')} ${method.toUpperCase()}`),
    )
    .sort();

describe('a route of a plugin', () => {
  it('is answered with its parameters and its query; a fixed path wins over a parameter', async () => {
    await ask(`${base}/shops/${encodeURIComponent('Zürich & Söhne')}/orders`, {
      method: 'POST',
      body: { order: 'apples' },
    });
    const answer = await ask(`${base}/shops/${encodeURIComponent('Zürich & Söhne')}/orders?prefix=app`);
    expect(answer).toMatchObject({
      code: 200,
      headers: {
        'content-type': 'application/json',
        etag: '"1"',
        'x-shop': 'yes',
        'x-content-type-options': 'nosniff',
      },
      json: { shop: 'Zürich & Söhne', orders: ['apples'] },
    });
    expect(await ask(`${base}/shops/main/orders`)).toMatchObject({ code: 200, text: 'the main shop' });
    expect((await ask(`${base}/bytes`)).headers['content-type']).toBe('application/octet-stream');
  });

  it('answers HEAD as GET, without the body, and a DELETE without content', async () => {
    const head = await ask(`${base}/shops/a/orders`, { method: 'HEAD' });
    expect(head).toMatchObject({ code: 200, text: '', headers: { etag: '"1"' } });
    expect(await ask(`${base}/shops/a`, { method: 'DELETE' })).toMatchObject({ code: 204, text: '' });
  });

  it('is told the headers, but those that carry credentials', async () => {
    const headers = { authorization: 'Bearer secret', cookie: 'a=b', 'x-remote-user': 'root', 'x-color': 'red' };
    const { json } = await ask(`${base}/seen`, { headers });
    expect(json).toMatchObject({ 'x-color': 'red' });
    expect(JSON.stringify(json)).not.toMatch(/secret|a=b|root/);
  });

  it.each([
    ['GET', '/nowhere', 404, /could not find the requested resource/],
    ['GET', '/shops//orders', 404, /could not find the requested resource/],
    ['GET', '/shops/a%2Fb/orders', 400, /Name parameter invalid/],
    ['GET', '/missing', 404, /there is no such shelf/],
    ['GET', '/crash', 500, /storage "warehouse" failed in route:crash/],
    ['GET', '/sets-cookie', 500, /failed in route:sets-cookie/],
    ['GET', '/circle', 500, /Internal error/],
  ])('%s %s is answered with %i', async (method, path, code, message) => {
    const answer = await ask<{ readonly message: string }>(base + path, { method });
    expect(answer).toMatchObject({ code, json: { kind: 'Status', status: 'Failure', code } });
    expect(answer.json.message).toMatch(message);
    expect(answer.text).not.toContain('hunter2');
  });

  it('is not found below another plugin, and has no other methods', async () => {
    expect(await ask(`${group}/v1/other/seen`)).toMatchObject({ code: 404, json: { reason: 'NotFound' } });
    const answer = await ask(`${base}/shops/a/orders`, { method: 'PUT', body: {} });
    expect(answer).toMatchObject({ code: 405, headers: { allow: 'GET, HEAD, POST' } });
  });

  it('is spared a body that is too long or that it cannot read', async () => {
    const post = (body: string) => ask(`${base}/shops/a/orders`, { method: 'POST', body });
    expect(await post(JSON.stringify({ order: 'x'.repeat(1000) }))).toMatchObject({ code: 413 });
    expect(await post('{"order":')).toMatchObject({ code: 400, json: { message: expect.stringMatching(/no JSON/) } });
    expect(await post('{}')).toMatchObject({ code: 400, json: { message: 'an order has to have a name' } });
    expect((await ask<Orders>(`${base}/shops/a/orders`)).json.orders).toEqual([]);
  });

  it.each([
    ['Origin of another host', { origin: 'http://evil.example' }],
    ['an Origin that is hidden', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('cannot be made to write by a web page: %s', async (_, headers) => {
    const asked = { method: 'POST', body: { order: 'evil' }, headers };
    expect(await ask(`${base}/shops/a/orders`, asked)).toMatchObject({ code: 403, json: { reason: 'Forbidden' } });
    expect(await command('flood', {}, headers)).toMatchObject({ code: 403 });
    expect(await command('count', { shelf: 1 }, headers)).toMatchObject({ code: 403 });
    expect((await ask<Orders>(`${base}/shops/a/orders`)).json.orders).toEqual([]);
    expect((await ask<{ readonly status: string }>(`${base}/health`)).json.status).toBe('HEALTH_OK');
  });

  it('is told in discovery and in OpenAPI', async () => {
    expect((await ask<{ readonly groups: readonly Named[] }>('/apis')).json.groups.map(({ name }) => name)).toContain(
      'plugins.clusterdex.io',
    );
    expect((await ask<{ readonly paths: readonly string[] }>('/')).json.paths).toContain(`${group}/v1`);
    expect((await ask(group)).json).toMatchObject({ kind: 'APIGroup', name: 'plugins.clusterdex.io' });
    expect(
      (await ask<{ readonly resources: readonly Named[] }>(`${group}/v1`)).json.resources.map(({ name }) => name),
    ).toEqual(['warehouse/commands', 'warehouse/health']);
    const json = await readV3();
    expect(json.paths[`${base}/shops/{shop}/orders`]).toMatchObject({
      parameters: [{ name: 'shop', in: 'path', required: true }],
      get: {
        operationId: 'warehouse-orders',
        description: 'The orders of a shop.',
        'x-clusterdex-route-version': 'v1',
        responses: { 200: { content: { 'application/json': { schema: { properties: { shop: {} } } } } } },
      },
      post: { operationId: 'warehouse-order' },
    });
    expect(json.paths[`${base}/commands/{command}`]?.post?.operationId).toBe('warehouse-command');
  });

  it('is told in OpenAPI v2, too, each that there is, as in v3', async () => {
    const operations = [
      ...[
        'commands GET',
        'commands/{command} POST',
        'health GET',
        'bytes GET',
        'circle GET',
        'crash GET',
        'later POST',
      ],
      ...['missing GET', 'notices GET', 'seen GET', 'sets-cookie GET', 'shops/main/orders GET', 'shops/{shop} DELETE'],
      ...['shops/{shop}/orders GET', 'shops/{shop}/orders POST', 'state GET'],
    ].sort();
    const v2 = (await ask<Described>('/openapi/v2')).json;
    expect(operationsOf(v2.paths)).toEqual(operations);
    expect(v2.paths[`${base}/shops/{shop}/orders`]).toEqual({
      parameters: [{ name: 'shop', in: 'path', required: true, type: 'string' }],
      get: {
        operationId: 'warehouse-orders',
        tags: ['warehouse'],
        description: 'The orders of a shop.',
        produces: ['application/json'],
        responses: {
          200: { description: 'OK', schema: { type: 'object', properties: { shop: { type: 'string' } } } },
          default: { description: 'A Status that says what is wrong.' },
        },
        'x-clusterdex-route-version': 'v1',
      },
      post: expect.objectContaining({
        operationId: 'warehouse-order',
        consumes: ['application/json'],
        parameters: [{ name: 'body', in: 'body', schema: { description: 'Any JSON.' } }],
      }),
    });
    expect(v2.definitions?.['io.clusterpedia.v1beta1.CollectionResource']).toBeDefined();
    const { paths } = await readV3();
    expect(operationsOf(paths)).toEqual(operations);
    // It does not stand by.
    expect(JSON.stringify([v2.paths, paths])).not.toMatch(/"30\d"|"503"/);
  });

  it('is measured by its name, as every call to the storage is', async () => {
    await ask(`${base}/bytes`);
    const { text } = await ask('/metrics');
    expect(text).toMatch(
      /clusterdex_storage_operation_duration_seconds_count\{storage="warehouse",operation="route:bytes",code="OK"\} [1-9]/,
    );
    expect(text).toMatch(/operation="route:crash",code="INTERNAL"\} [1-9]/);
  });

  it('reads what the host knows', async () => {
    const { json } = await ask<State>(`${base}/state`);
    expect(json).toMatchObject({ clusters: [], types: [], counts: [] });
    expect(json.statistics.hostVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(json.statistics.operations).toContainEqual(
      expect.objectContaining({ operation: 'route:bytes', code: 'OK', count: expect.any(Number) }),
    );
    expect(Array.isArray(json.counters)).toBe(true);
  });
});

describe('a command of a plugin', () => {
  it('is listed with those that every plugin has, and described', async () => {
    const list = await clusterdex();
    expect(list.stdout.split('\n').map((line) => line.split(/\s+/).slice(0, 3).join(' '))).toEqual(
      expect.arrayContaining([
        'warehouse count r',
        'warehouse flood rw',
        'warehouse health r',
        'warehouse log-level rw',
      ]),
    );
    const help = await clusterdex('warehouse', 'count', '--help');
    expect(help).toMatchObject({ status: 0 });
    expect(help.stdout).toMatch(/counts what is on a shelf\nIt changes nothing\./);
    expect(help.stdout).toMatch(/--shelf +integer +its number \(required\)/);
    expect(help.stdout).toMatch(/--unit +boxes\|pallets +what to count \(default: "boxes"\)/);
    expect((await runClusterdex(['command', '--help'])).stdout).toMatch(/Usage: clusterdex command/);
  });

  it('is run with its arguments in their types and its defaults filled in', async () => {
    const plain = await clusterdex('warehouse', 'count', '--shelf', '7', '--empty');
    expect(plain).toEqual({ status: 0, stdout: 'shelf 7: 14 boxes, empty ones too\n', stderr: '' });
    const json = await clusterdex('warehouse', 'count', '--shelf=7', '--unit', 'pallets', '--output', 'json');
    expect(JSON.parse(json.stdout)).toEqual({ shelf: 7, unit: 'pallets', empty: false });
  });

  it('tells everything that is wrong with its arguments at once, and does not run', async () => {
    const answer = await clusterdex('warehouse', 'count', '--shelf', 'seven', '--unit', 'tons', '--colour', 'red');
    expect(answer).toMatchObject({ status: 1, stdout: '' });
    for (const fault of ['shelf', 'unit', 'colour']) expect(answer.stderr).toContain(`parameters.${fault}`);
    expect(await command('count', {})).toMatchObject({ code: 422, json: { reason: 'Invalid' } });
    expect(await ask(`${base}/commands/count`, { method: 'POST', body: '[1]' })).toMatchObject({ code: 400 });
    expect(await ask(`${base}/commands/count`, { method: 'POST', body: '{' })).toMatchObject({ code: 400 });
    expect(await command('count', { shelf: 1 }, { 'content-type': 'text/plain' })).toMatchObject({ code: 415 });
    expect(await ask(`${base}/commands/count`)).toMatchObject({ code: 405, headers: { allow: 'POST' } });
    expect(await command('cuont', {})).toMatchObject({
      code: 404,
      json: { message: expect.stringMatching(/has no command "cuont"; it has count, fail/) },
    });
  });

  it('ends the command line with its own exit code', async () => {
    expect(await clusterdex('warehouse', 'fail', '--by', 'code')).toEqual({
      status: 3,
      stdout: 'partly\n',
      stderr: 'a box is missing\n',
    });
    const failed = await clusterdex('warehouse', 'fail', '--by', 'error');
    expect(failed).toMatchObject({ status: 1, stderr: 'clusterdex: somebody else counts\n' });
    for (const by of ['fault', 'answer']) {
      const fault = await command('fail', { by });
      expect(fault).toMatchObject({ code: 500, text: expect.stringMatching(/failed in command:fail/) });
      expect(fault.text).not.toContain('hunter2');
    }
  });

  it.each([
    [['warehouse', 'cuont'], /has no command "cuont"; it has count, fail/],
    [['warehouse', 'count', 'seven'], /takes --<argument> <value>, found "seven"/],
    [['--shelf', '7', 'warehouse', 'count'], /come first/],
    [['--server', 'http://127.0.0.1:1'], /no clusterdex answers at/],
  ])('that cannot be run is told: %j', async (words, message) => {
    const answer = await runClusterdex(['command', '--server', server.origin, ...words]);
    expect(answer).toMatchObject({ status: 1, stdout: '' });
    expect(answer.stderr).toMatch(message);
  });
});

describe('health codes of a plugin', () => {
  it('are set and taken back by the plugin, told to operators, and counted', async () => {
    await command('flood', {});
    expect(await clusterdex('warehouse', 'health')).toMatchObject({
      status: 1,
      stdout: 'HEALTH_ERR\nUNDER_WATER (error): the floor is wet\n  hall 1\n',
    });
    expect((await ask(`${base}/health`)).json).toMatchObject({
      kind: 'PluginHealth',
      status: 'HEALTH_ERR',
      checks: { UNDER_WATER: { severity: 'error', summary: 'the floor is wet', detail: ['hall 1'] } },
    });
    const metric = 'clusterdex_plugin_health_check{plugin="warehouse",code="UNDER_WATER",severity="error"} 1';
    expect((await ask('/metrics')).text).toContain(metric);
    await command('flood', { dry: true });
    expect((await ask(`${base}/health`)).json).toMatchObject({ status: 'HEALTH_OK', checks: {} });
    expect((await command('health', {})).json).toMatchObject({ exitCode: 0, output: 'HEALTH_OK' });
    expect((await ask('/metrics')).text).not.toContain(metric);
  });
});

describe('what a plugin sends and is told', () => {
  const notices = async () => (await ask<readonly object[]>(`${base}/notices`)).json;

  it('is what came of the commands that it sent, by their tags, and what an operator changed', async () => {
    await ask(`${base}/later`, {
      method: 'POST',
      body: { tag: 'a', command: 'count', parameters: { shelf: 2 } },
    });
    await ask(`${base}/later`, { method: 'POST', body: { tag: 'b', command: 'count', parameters: { shelf: 0 } } });
    await ask(`${base}/later`, { method: 'POST', body: { tag: 'c', command: 'nothing' } });
    // What it makes of this one is its own affair.
    await command('setting', { key: 'broken', value: '1' });
    await command('setting', { key: 'colour', value: 'red' });
    const told = await notices();
    expect(told).toContainEqual({
      type: 'command',
      tag: 'a',
      result: { output: 'shelf 2: 4 boxes', data: { shelf: 2, unit: 'boxes', empty: false } },
    });
    expect(told).toContainEqual({
      type: 'command',
      tag: 'b',
      failure: { code: 'INVALID', message: expect.stringMatching(/shelf/) },
    });
    expect(told).toContainEqual({ type: 'command', tag: 'c', failure: expect.objectContaining({ code: 'NOT_FOUND' }) });
    expect(told).toContainEqual({ type: 'config', key: 'colour' });
  });
});

describe('an operator', () => {
  it('changes how much a plugin logs, and its settings, while it runs; settings outlive the process', async () => {
    const output = async (name: string, parameters: object) => (await command(name, parameters)).json.output;
    await command('flood', { dry: true });
    expect(await output('log-level', {})).toBe('info');
    expect(await output('log-level', { level: 'debug' })).toBe('debug');
    await command('flood', { dry: true });
    expect(await command('log-level', { level: 'loud' })).toMatchObject({ code: 422 });
    expect(await output('setting', { key: 'colour', value: 'green' })).toBe('green');
    expect(await output('setting', { key: 'lights' })).toBe('on');
    expect(await command('setting', { key: 'color' })).toMatchObject({
      code: 404,
      json: { message: 'the plugin has no setting color' },
    });
    const { stderr } = await server.stop();
    expect(settings()).toMatchObject({ lights: 'off', colour: 'green' });
    const said = stderr.split('\n').filter((line) => line.includes('the water moves'));
    expect(said).toHaveLength(1);
    expect(JSON.parse(said[0] ?? '')).toMatchObject({ level: 'debug', plugin: 'warehouse', dry: true });
    server = await startServer(flags, environment);
    expect(await output('setting', { key: 'colour' })).toBe('green');
    expect(await output('log-level', {})).toBe('info');
  });
});
