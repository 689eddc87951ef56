import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileSink } from '../../src/api/audit/file-sink.js';
import { type RunningServer, runClusterdex, startServer } from '../support/clusterdex.js';
import { sampleFile } from '../support/sample-clusters.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { askHttp2 } from './support/http-clients.js';

const root = '/apis/clusterpedia.io/v1beta1';
const pods = `${root}/resources/clusters/prod-eu/api/v1/namespaces/shop/pods`;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

interface Event {
  readonly [member: string]: unknown;
  readonly requestURI: string;
  readonly stage: string;
}

const folder = temporaryFolder();
const data = join(folder, 'data');
beforeAll(async () => {
  const { status, stderr } = await runClusterdex([
    ...['import', '--data-dir', data, '--cluster', 'prod-eu', sampleFile('prod-eu')],
  ]);
  expect({ status, stderr }).toMatchObject({ status: 0 });
}, 60_000);

function readEvents(text: string): Event[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event);
}

describe('the audit log', () => {
  const path = join(folder, 'audit.log');
  let server: RunningServer;
  let events: readonly Event[];
  beforeAll(async () => {
    server = await startServer(['--data-dir', data, '--secure-port', '0', '--audit-log-path', path]);
    const get = (url: string, headers: Record<string, string> = {}) => fetch(server.origin + url, { headers });
    await (await get(`${pods}?limit=1`, { 'user-agent': 'kubectl/v1.36', 'audit-id': 'mine' })).text();
    await (await get(`${pods}/nope`, { 'x-forwarded-for': '10.1.2.3, nonsense', 'audit-id': 'x'.repeat(65) })).text();
    await (await get(`${root}/collectionresources/any?groups=apps/v1`)).text();
    await (await get('/apis?x=1')).text();
    await (await fetch(server.origin + pods, { method: 'DELETE' })).text();
    const watch = await get(`${pods}?watch=true&resourceVersion=0`);
    await watch.body?.cancel();
    const session = connect(server.secureOrigin ?? '', { rejectUnauthorized: false });
    await askHttp2(session, `${pods}?limit=2`);
    session.destroy();
    await server.stop();
    events = readEvents(readFileSync(path, 'utf8'));
  }, 60_000);
  afterAll(() => server?.stop());

  function eventsOf(requestURI: string) {
    return events.filter((event) => event.requestURI === requestURI);
  }

  it('has a line in the form of a kube-apiserver for each request', () => {
    expect(eventsOf(`${pods}?limit=1`)).toEqual([
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'mine',
        stage: 'ResponseComplete',
        requestURI: `${pods}?limit=1`,
        verb: 'list',
        user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
        sourceIPs: ['127.0.0.1'],
        userAgent: 'kubectl/v1.36',
        objectRef: { resource: 'pods', namespace: 'shop', apiVersion: 'v1' },
        responseStatus: { metadata: {}, code: 200 },
        requestReceivedTimestamp: expect.stringMatching(time),
        stageTimestamp: expect.stringMatching(time),
        annotations: { 'clusterpedia.io/cluster': 'prod-eu' },
      },
    ]);
  });

  it('says what failed, and where a request says that it comes from', () => {
    expect(eventsOf(`${pods}/nope`)).toMatchObject([
      {
        verb: 'get',
        auditID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sourceIPs: ['10.1.2.3', '127.0.0.1'],
        objectRef: { resource: 'pods', namespace: 'shop', name: 'nope', apiVersion: 'v1' },
        responseStatus: {
          metadata: {},
          status: 'Failure',
          message: 'pods "nope" not found',
          reason: 'NotFound',
          details: { name: 'nope', kind: 'pods' },
          code: 404,
        },
      },
    ]);
    expect(eventsOf(pods)).toMatchObject([{ verb: 'deletecollection', responseStatus: { code: 405 } }]);
  });

  it('tells of a watch when it begins and when its client goes', () => {
    expect(eventsOf(`${pods}?watch=true&resourceVersion=0`)).toMatchObject([
      { verb: 'watch', stage: 'ResponseStarted', responseStatus: { code: 200 } },
      { verb: 'watch', stage: 'ResponseComplete', annotations: { 'clusterpedia.io/answer': 'broken off' } },
    ]);
  });

  it('knows requests over HTTP/2, collections, and paths that are no resources, and leaves out probes', () => {
    const annotations = { 'clusterpedia.io/cluster': 'prod-eu' };
    expect(eventsOf(`${pods}?limit=2`)).toMatchObject([{ verb: 'list', responseStatus: { code: 200 }, annotations }]);
    expect(eventsOf(`${root}/collectionresources/any?groups=apps/v1`)).toMatchObject([
      { verb: 'get', objectRef: { resource: 'collectionresources', name: 'any', apiGroup: 'clusterpedia.io' } },
    ]);
    const [apis] = eventsOf('/apis?x=1');
    expect(apis).toMatchObject({ verb: 'get', responseStatus: { code: 200 } });
    expect(apis).not.toHaveProperty('objectRef');
    expect(eventsOf('/readyz')).toEqual([]);
  });

  it('is for its owner alone', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('an audit log elsewhere', () => {
  it('goes to standard output', async () => {
    const server = await startServer(['--data-dir', data, '--audit-log-path', '-']);
    const response = await fetch(`${server.origin}/version`, { headers: { 'audit-id': 'out' } });
    await response.text();
    expect(response.headers.get('audit-id')).toBe('out');
    const { stdout } = await server.stop();
    expect(readEvents(stdout)).toMatchObject([{ auditID: 'out', requestURI: '/version' }]);
  });

  it('that cannot be written does not stop the server: it says so, and counts what is lost', async () => {
    const server = await startServer(['--data-dir', data, '--audit-log-path', '/dev/full']);
    for (let i = 0; i < 5; i++) expect((await fetch(`${server.origin}/version`)).status).toBe(200);
    // Lines are written behind the answers.
    let metrics = '';
    while (!/^clusterdex_audit_events_lost_total ([5-9]|\d{2,})$/m.test(metrics)) {
      metrics = await (await fetch(`${server.origin}/metrics`)).text();
    }
    expect(metrics).toMatch(/^clusterdex_audit_events_total ([5-9]|\d{2,})$/m);
    const { status, stderr } = await server.stop();
    expect(status).toBe(0);
    expect(stderr.match(/the audit log cannot be written/g)).toHaveLength(1);
    expect(stderr).toContain('ENOSPC');
  }, 30_000);

  it('says who asked, and who was turned away', async () => {
    const tokens = join(folder, 'tokens.csv');
    writeFileSync(tokens, 'secret-word,alice,7,"team-a,team-b"\n', { mode: 0o600 });
    const server = await startServer([
      ...['--data-dir', data, '--audit-log-path', '-', '--token-auth-file', tokens, '--secure-port', '0'],
    ]);
    const session = connect(server.secureOrigin ?? '', { rejectUnauthorized: false });
    await askHttp2(session, '/version', { headers: { authorization: 'Bearer secret-word' } });
    await askHttp2(session, '/version?wrong', { headers: { authorization: 'Bearer guessed' } });
    session.destroy();
    const { stdout } = await server.stop();
    expect(readEvents(stdout).filter(({ requestURI }) => requestURI.startsWith('/version'))).toMatchObject([
      {
        user: { username: 'alice', uid: '7', groups: ['team-a', 'team-b', 'system:authenticated'] },
        annotations: { 'authorization.k8s.io/decision': 'allow' },
      },
      { user: { username: 'system:anonymous' }, responseStatus: { reason: 'Unauthorized', code: 401 } },
    ]);
    expect(stdout).not.toMatch(/secret-word|guessed/);
  });

  it.each([
    [['--audit-log-path', join(folder, 'nowhere', 'audit.log')], 'cannot be written: ENOENT'],
    [['--audit-log-path', folder], 'cannot be written: EISDIR'],
    [['--audit-log-path', ''], '--audit-log-path has to name a file'],
    [['--audit-log-path', 'x', '--audit-log-maxsize', '1.5'], '--audit-log-maxsize has to be a whole number'],
    [['--audit-log-maxbackup', '3'], '--audit-log-maxbackup goes with --audit-log-path'],
  ])('that is wrong from the beginning is refused: %j', async (parameters, reason) => {
    const { status, stderr } = await runClusterdex([
      ...['serve', '--data-dir', data, '--insecure-port', '0', ...parameters],
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain(reason);
  });
});

describe('the file of an audit log', () => {
  it('is put aside when it is full, and the oldest of these are removed; no line is cut or lost', async () => {
    const directory = join(folder, 'rotated');
    mkdirSync(directory);
    const failures: unknown[] = [];
    const lines = Array.from({ length: 40 }, (_, index) => `{"line":${index},"filler":"${'x'.repeat(80)}"}\n`);
    for (const line of lines) {
      const sink = await openFileSink({
        path: join(directory, 'audit.log'),
        maximumBytes: 1000,
        maximumBackups: 0,
        lost: (_lines, error) => failures.push(error),
      });
      sink.write(line);
      await sink.close();
    }
    expect(failures).toEqual([]);
    const names = readdirSync(directory).sort();
    expect(names.length).toBeGreaterThan(3);
    const [current, ...backups] = [names.pop(), ...names];
    expect(current).toBe('audit.log');
    for (const name of backups) expect(name).toMatch(/^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log$/);
    const text = [...backups, 'audit.log'].map((name) => readFileSync(join(directory, name), 'utf8')).join('');
    expect(text).toBe(lines.join(''));

    const small = await openFileSink({
      path: join(directory, 'audit.log'),
      maximumBytes: 10,
      maximumBackups: 2,
      lost: (_lines, error) => failures.push(error),
    });
    small.write('{"after":"all"}\n');
    await small.close();
    expect(readdirSync(directory)).toHaveLength(3);
    expect(failures).toEqual([]);
  });
});
