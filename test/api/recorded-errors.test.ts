import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { differences } from './recorded-differences.js';
import { loadDump } from './support/load-dump.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

interface Recording {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface ErrorAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

const alpha = '/apis/clusterpedia.io/v1beta1/resources/clusters/alpha';
const folder = join(repositoryRoot, 'test/fixtures/alpha');
const recordings: readonly Recording[] = JSON.parse(readFileSync(join(folder, 'errors.json'), 'utf8'));

/** The first document of an answer: a Status as it is, of anything else what it is. */
function describeBody(text: string): unknown {
  const [line = ''] = text.startsWith('{\n') ? [text] : text.split('\n');
  try {
    const document = JSON.parse(line);
    if (document.type === undefined) return document.kind === 'Status' ? document : { kind: document.kind };
    const { type, object } = document;
    return { type, object: object.kind === 'Status' ? object : { kind: object.kind } };
  } catch {
    // A long answer is not recorded to its end.
    const [, kind] = /^\{"kind":"([A-Za-z]+)"/.exec(text) ?? [];
    return kind === undefined ? text : { kind };
  }
}

it('lists differences of recordings that there are, and each with its reason', () => {
  const names = new Set(recordings.map(({ name }) => name));
  expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
  expect(Object.values(differences).filter(({ why }) => why.length < 10)).toEqual([]);
});

describe.each(['sqlite', 'memory'])('what a kube-apiserver refuses, on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, (factory) =>
      loadDump(factory, { cluster: 'alpha', file: join(folder, 'dump.json') }),
    );
  }, 60_000);
  afterAll(() => app?.stop());

  /** As it was recorded, below the cluster; of an answer without end only what comes first. */
  async function replay({ method, path, headers, body }: Recording['request']): Promise<ErrorAnswer> {
    const { hostname, port } = new URL(app.url);
    const { Authorization: _, ...others } = headers;
    // Node says the length of some bodies only.
    const sentHeaders = { ...others, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) };
    // A watch has no end of its own, and one may have no event either.
    const isWatch = /[?&]watch=/.test(path);
    const limited = isWatch && !path.includes('timeoutSeconds') ? `${path}&timeoutSeconds=1` : path;
    const sent = request({ hostname, port, path: `${alpha}${limited}`, method, headers: sentHeaders, agent: false });
    sent.on('error', () => undefined);
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) {
      text += String(chunk);
      if (isWatch && text.includes('\n')) break;
    }
    sent.destroy();
    return { code: response.statusCode ?? 0, headers: response.headers as ErrorAnswer['headers'], text };
  }

  it.each(recordings.filter(({ name }) => differences[name] === undefined))(
    'is refused the same way: $name',
    async ({ request: sent, status, headers, body }) => {
      const answer = await replay(sent);
      const { 'Content-Type': contentType, 'Retry-After': retryAfter } = headers;
      expect({
        code: answer.code,
        contentType: answer.headers['content-type'],
        retryAfter: answer.headers['retry-after'],
        body: describeBody(answer.text),
      }).toEqual({ code: status, contentType, retryAfter, body: describeBody(body) });
    },
  );

  it.each(recordings.filter(({ name }) => differences[name] !== undefined))(
    'is answered otherwise on purpose: $name',
    async ({ name, request: sent }) => {
      const { code, reason, message } = differences[name] ?? { code: 0 };
      const answer = await replay(sent);
      expect({ code: answer.code, text: answer.text }).toEqual({ code, text: expect.any(String) });
      if (code >= 400) {
        expect(describeBody(answer.text)).toMatchObject({ kind: 'Status', status: 'Failure', code, reason });
        expect(answer.headers['content-type']).toBe('application/json');
      }
      if (code === 405) expect(answer.headers.allow).toBe('GET, HEAD');
      if (message !== undefined) expect(answer.text).toContain(JSON.stringify(message).slice(1, -1));
    },
  );
});
