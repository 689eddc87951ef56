import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadObjects, sampleObjects } from './support/load-objects.js';
import { sendRaw } from './support/raw-request.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const node = '/apis/clusterpedia.io/v1beta1/resources/clusters/staging/api/v1/nodes';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Header lines besides Host and Connection, and what they are answered with. */
const rows: readonly (readonly [string, string, number])[] = [
  ['an Accept that is no list of types', 'Accept: ;;=,"', 406],
  ['an Accept without a slash', 'Accept: json', 406],
  ['an Accept of another type', 'Accept: text/csv', 406],
  ['an Accept that excludes JSON', 'Accept: application/json;q=0', 406],
  ['an Accept of an unknown form', 'Accept: application/json;as=Spreadsheet;v=v1;g=meta.k8s.io', 406],
  ['an Accept of an unknown version of a form', 'Accept: application/json;as=Table;v=v9;g=meta.k8s.io', 406],
  ['an Accept of ten thousand types', `Accept: ${'a/b;c=d, '.repeat(10_000)}`, 406],
  ['an Accept of odd qualities', 'Accept: application/json;q=x, */*;q=7', 200],
  ['several Accepts', `Accept: text/csv\r\nAccept: ${table}`, 200],
  ['an empty Accept', 'Accept:', 200],
  ['an Accept-Encoding that is none', 'Accept-Encoding: ;;,,q=', 200],
  ['an Accept-Encoding that excludes everything', 'Accept-Encoding: identity;q=0, *;q=0', 200],
  ['an If-None-Match that is none', 'If-None-Match: ,,",W/', 200],
  ['an If-Modified-Since that is none', 'If-Modified-Since: yesterday', 200],
  ['a Range', 'Range: bytes=0-1', 200],
  ['an Authorization that is none', 'Authorization: Token', 200],
  ['a Content-Type without a body', 'Content-Type: no/such;;type', 200],
  ['an Expect that cannot be met', 'Expect: the-unexpected', 417],
  ['an Upgrade', 'Upgrade: websocket', 200],
  ['a second Host, of which the first counts', 'Host: evil.example', 200],
  ['a Content-Length that is none', 'Content-Length: -1', 400],
  ['two Content-Lengths', 'Content-Length: 0\r\nContent-Length: 1', 400],
  ['a Content-Length and chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked', 400],
  ['an unknown Transfer-Encoding', 'Transfer-Encoding: x', 400],
  ['a header without a name', ': x', 400],
  ['a header without a colon', 'x', 400],
  ['a name with a blank', 'X Y: z', 400],
  ['a folded line', 'X: a\r\n b', 400],
  ['a control character', 'X: \u0001', 400],
  ['a NUL', 'X: \u0000', 400],
  ['bytes that are no ASCII', 'X: \u00fc\u00ff', 200],
  ['a long header', `X: ${'x'.repeat(100_000)}`, 200],
  ['a header without end', `X: ${'x'.repeat(300_000)}`, 431],
  ['thousands of headers', 'X: y\r\n'.repeat(1900).trim(), 200],
];

describe.each(['sqlite', 'memory'])('the server on %s answers', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, (factory) =>
      loadObjects(factory, 'staging', { objects: sampleObjects('staging') }),
    );
  });
  afterAll(() => app?.stop());

  async function send(head: string) {
    const bytes = Buffer.from(`GET ${node} HTTP/1.1\r\nConnection: close\r\n${head}\r\n\r\n`, 'latin1');
    return sendRaw(app.url, { bytes, hangUp: false }, 10_000);
  }

  it.each(rows)('%s', async (_name, lines, expected) => {
    const { code, headers, body, complete } = await send(`Host: localhost\r\n${lines}`);
    expect({ code, complete }).toEqual({ code: expected, complete: true });
    expect(headers.get('content-type')).toBe('application/json');
    const answer = JSON.parse(body.toString());
    if (code === 200) expect(answer).toMatchObject({ kind: expect.stringMatching(/^(NodeList|Table)$/) });
    else expect(answer).toMatchObject({ kind: 'Status', status: 'Failure', reason: expect.stringMatching(/./), code });
  });

  it.each([
    ['no host', '', 400],
    ['a host elsewhere', 'Host: evil.example', 403],
    ['a host that is none', 'Host: a b', 403],
    ['an empty host', 'Host:', 403],
  ])('%s', async (_name, head, expected) => {
    const { code, body } = await send(head === '' ? 'X: y' : head);
    expect({ code, kind: JSON.parse(body.toString()).kind }).toEqual({ code: expected, kind: 'Status' });
  });
});
