import { expect, it } from '@jest/globals';
import type { ClusterConnection, ConnectionResponse } from '../../../src/synchro/connection/cluster-connection.js';
import { createDiscovery } from '../../../src/synchro/discovery/discover.js';

const group = (name: string, resource: string) => ({
  metadata: { name },
  versions: [
    {
      version: 'v1',
      freshness: 'Current',
      resources: [
        {
          resource,
          responseKind: { group: name, version: 'v1', kind: 'Thing' },
          scope: 'Namespaced',
          singularResource: 'thing',
          verbs: ['list', 'watch'],
        },
      ],
    },
  ],
});

it('what one of two answers said is not forgotten when the other one did not come', async () => {
  let revision = 'a';
  let isCut = false;
  const resources = { a: 'things', b: 'others' };
  const connection: Pick<ClusterConnection, 'request'> = {
    async request(path, { headers } = {}): Promise<ConnectionResponse> {
      if (path === '/api' && isCut) throw new Error('cut');
      const etag = path === '/api' ? 'core' : revision;
      async function* answer(text: string) {
        yield Buffer.from(text);
      }
      if (headers?.['if-none-match'] === etag) return { status: 304, headers: { etag }, body: answer('') };
      const items =
        path === '/api' ? [group('', 'pods')] : [group('acme.example', resources[revision as keyof typeof resources])];
      const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
      return { status: 200, headers: { etag }, body: answer(JSON.stringify(list)) };
    },
  };
  const discovery = createDiscovery(connection as ClusterConnection);
  const signal = new AbortController().signal;
  const names = async () => (await discovery.refresh(signal)).served.resources.map(({ resource }) => resource);
  expect(await names()).toEqual(['pods', 'things']);
  revision = 'b';
  isCut = true;
  await expect(names()).rejects.toThrow('cut');
  isCut = false;
  expect(await names()).toEqual(['pods', 'others']);
});
