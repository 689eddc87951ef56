import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { innerAttributes } from '../../src/api/auth/attributes.js';
import { forbidden } from '../../src/api/auth/forbidden.js';
import { parseRequestPath } from '../../src/api/request-path.js';
import { repositoryRoot } from '../support/clusterdex.js';

interface Recording {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly status: number;
  readonly body: string;
}

const file = join(repositoryRoot, 'test/fixtures/alpha/errors.json');
const recordings = (JSON.parse(readFileSync(file, 'utf8')) as readonly Recording[]).filter(
  ({ status, body }) => status === 403 && JSON.parse(body).message.includes(' cannot '),
);
const verbs: Readonly<Record<string, string>> = { POST: 'create', DELETE: 'delete' };

function verbOf({ method, path }: Recording['request'], name: string | undefined): string {
  if (method !== 'GET') return verbs[method] ?? '';
  if (path.includes('watch=true')) return 'watch';
  return name === undefined ? 'list' : 'get';
}

describe('a 403 has the words of a kube-apiserver', () => {
  it('of which some were recorded', () => {
    expect(recordings.length).toBeGreaterThan(10);
  });

  it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_name, { request, body }) => {
    const user = { name: request.headers['Impersonate-User'] ?? 'system:anonymous', groups: [], extra: {} };
    const [path = ''] = request.path.split('?', 1);
    const target = parseRequestPath(`/apis/clusterpedia.io/v1beta1/resources${path}`);
    const attributes =
      target.kind === 'resource'
        ? innerAttributes(verbOf(request, target.name), target)
        : { verb: request.method.toLowerCase(), path };
    expect(forbidden(user, attributes).status).toEqual(JSON.parse(body));
  });
});
