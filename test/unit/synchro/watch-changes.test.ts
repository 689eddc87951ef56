import { expect, it } from '@jest/globals';
import type { ClusterConnection } from '../../../src/synchro/connection/cluster-connection.js';
import type { ReflectorHandler } from '../../../src/synchro/reflector/reflector-source.js';
import { watchChanges } from '../../../src/synchro/reflector/watch-changes.js';

const added = { type: 'ADDED', object: { metadata: { name: 'a', resourceVersion: '3' } } };
const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } };
const annotations = { 'k8s.io/initial-events-end': 'true' };
const end = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '8', annotations } } };

/** Everything that is told of a watch with these events, in its order. */
async function follow(events: readonly object[]): Promise<readonly string[]> {
  const told: string[] = [];
  const source = {
    connection: {
      server: 'https://a.example',
      async request() {
        async function* body() {
          yield Buffer.from(`${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
        }
        return { status: 200, headers: {}, body: body() };
      },
    } as Partial<ClusterConnection> as ClusterConnection,
    path: '/api/v1/pods',
    labelSelector: undefined,
    fieldSelector: undefined,
    pageSize: 500,
  };
  const handler: ReflectorHandler = {
    onReplaceBegin: async () => {},
    onItem: () => void told.push('item'),
    onReplaceEnd: async (revision) => void told.push(`end ${revision}`),
    onChange: (type) => void told.push(type),
    onPause: () => {},
    onHistoryLost: () => {},
    onFault: (reason) => void told.push(reason),
  };
  await watchChanges(source, handler, {
    resourceVersion: '',
    timeoutSeconds: 10,
    initialTimeout: 10_000,
    signal: new AbortController().signal,
    onRevision: (revision) => void told.push(`revision ${revision}`),
  }).catch((error: unknown) => told.push(String(error)));
  return told;
}

it('a watch can be gone on with only when its initial events have ended, whatever bookmark came before', async () => {
  expect(await follow([added, bookmark])).toEqual([
    'item',
    expect.stringContaining('the watch ended within its initial events'),
  ]);
  expect(await follow([added, bookmark, end])).toEqual(['item', 'end 8', 'revision 8']);
});
