import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRandom } from '../support/random.js';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const all = '/apis/clusterpedia.io/v1beta1/resources';
const shop = `${all}/clusters/prod-eu/api/v1/namespaces/shop`;

describe.each(['sqlite', 'memory'])('a hostile client of the server on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, (factory) =>
      loadObjects(factory, 'prod-eu', { objects: sampleObjects('prod-eu') }),
    );
  });
  afterAll(() => app?.stop());

  /** Sends bytes as they stand; the status code of the answer, or undefined when there was none. */
  async function send(bytes: string | Buffer): Promise<number | undefined> {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.end(bytes);
    if (!socket.closed) await once(socket, 'close');
    const code = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
    return code === undefined ? undefined : Number(code);
  }

  async function expectAlive() {
    expect(await app.ask('/readyz')).toMatchObject({ code: 200 });
  }

  it.each([
    ['garbage', 'garbage\r\n\r\n', 400],
    ['bytes', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc]), 400],
    ['HTTP/1.0 without a host', 'GET /readyz HTTP/1.0\r\n\r\n', 200],
    ['HTTP/1.1 without a host', 'GET /readyz HTTP/1.1\r\n\r\n', 400],
    ['an unknown method', 'BREW /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['an absolute form', 'GET http://localhost/readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
    ['a NUL in the path', 'GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    ['a space in the path', 'GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    [
      'raw bytes in the path',
      Buffer.from('GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 'latin1'),
      400,
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST /apis HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a bad length', 'POST /apis HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n', 400],
    [
      'an upgrade',
      'GET /apis HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n',
      200,
    ],
    [
      'an expectation',
      'GET /apis HTTP/1.1\r\nHost: localhost\r\nExpect: the-unexpected\r\nConnection: close\r\n\r\n',
      417,
    ],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', undefined],
    ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(300_000)}\r\n\r\n`, 431],
    ['a path without end', `GET /${'x/'.repeat(150_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
    ['a long path', `GET /${'x/'.repeat(50_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 404],
    [
      'a long name',
      `GET ${shop}/pods/${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      404,
    ],
    ['a long host', `GET /apis HTTP/1.1\r\nHost: ${'a.'.repeat(50_000)}localhost\r\nConnection: close\r\n\r\n`, 200],
    ['a longer host', `GET /apis HTTP/1.1\r\nHost: ${'a-'.repeat(50_000)}!\r\nConnection: close\r\n\r\n`, 403],
    [
      'a long Accept',
      `GET ${all}/api HTTP/1.1\r\nHost: localhost\r\nAccept: ${'a/b;,'.repeat(30_000)}\r\nConnection: close\r\n\r\n`,
      406,
    ],
    ['an odd Accept', `GET ${all}/api HTTP/1.1\r\nHost: localhost\r\nAccept: ;;=,"\r\nConnection: close\r\n\r\n`, 406],
    [
      'a long number',
      `GET ${all}/api/v1/pods?limit=${'9'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      400,
    ],
  ])('gets a clear answer to %s', async (_name, bytes, code) => {
    expect(await send(bytes)).toBe(code);
    await expectAlive();
  });

  it('never meets a fault of the server, whatever path and query it asks for', async () => {
    const random = createRandom(2026);
    const parts = [
      '/',
      '//',
      '/.',
      '/..',
      '%2F',
      '%2e%2e',
      '%00',
      '%',
      '%c3%28',
      '%F0%9F%A6%80',
      '?',
      '&',
      '=',
      '#',
      ';',
      '[',
      ']',
      '{',
      '"',
      '\\',
      '|',
      'api',
      'apis',
      'v1',
      'apps',
      'pods',
      'namespaces',
      'nodes',
      'clusters',
      'prod-eu',
      'shop',
      'proxy',
      'status',
      'log',
      'version',
      'resources',
      'collectionresources',
      'any',
      'limit=',
      'limit=-1',
      'continue=',
      'continue=9e9',
      'labelSelector=',
      'a in (',
      'fieldSelector=',
      'metadata.name=',
      '.spec[*]',
      'search.clusterpedia.io/limit',
      'orderby=',
      'name desc',
      'groups=',
      '*',
      'since=',
      '9'.repeat(20),
      '-',
      '__proto__',
      'constructor',
      'toString',
      'withRemainingCount',
      'injectEvents',
      'onlyMetadata=1',
      'namespaces=',
      'names=',
      'ownerName=',
      'ownerSeniority=11',
    ];
    // `watch` is not among them: a watch has no end, and this test waits for the end of each answer.
    const prefixes = [
      '',
      all,
      `${all}/clusters/prod-eu`,
      shop,
      `${all}/api/v1/pods?`,
      '/apis/clusterpedia.io/v1beta1/collectionresources/any?',
      `${shop}/pods/`,
    ];
    const asked: Promise<void>[] = [];
    for (let i = 0; i < 3000; i++) {
      const path = `${random.pick(prefixes)}${Array.from({ length: random.integer(7) }, () => random.pick(parts)).join(random.pick(['', '/', '&', ',']))}`;
      const safe = path.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
      const target = safe.startsWith('/') ? safe : `/${safe}`;
      asked.push(
        app.ask(target).then(({ code, text }) => {
          if (code >= 500) throw new Error(`${target} was answered with ${code}: ${text}`);
          if (code >= 400 && !target.includes('z')) expect(JSON.parse(text)).toMatchObject({ kind: 'Status', code });
        }),
      );
      if (asked.length === 32) await Promise.all(asked.splice(0));
    }
    await Promise.all(asked);
    await expectAlive();
  }, 60_000);

  it('may go at any byte of a list', async () => {
    const random = createRandom(7);
    for (let i = 0; i < 150; i++) {
      const request = get(`${app.url}${all}/api/v1/pods?injectEvents=${random.pick(['true', 'false'])}`, {
        agent: false,
      });
      request.on('error', () => undefined);
      if (random.integer(3) === 0) {
        for (let turn = random.integer(20); turn > 0; turn--) await new Promise(setImmediate);
      } else {
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        response.on('error', () => undefined);
        for (let chunks = random.integer(3); chunks > 0; chunks--) await once(response, 'data');
      }
      request.destroy();
    }
    await expectAlive();
  });
});
