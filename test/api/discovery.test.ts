import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareGroups } from '../../src/kube/group-order.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { readRecording } from '../support/recordings.js';
import { loadDump } from './support/load-dump.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const dump = join(repositoryRoot, 'test/fixtures/alpha/dump.json');
const base = '/apis/clusterpedia.io/v1beta1';
const all = `${base}/resources`;
const alpha = `${all}/clusters/alpha`;
const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const v2beta1 = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

interface Resource {
  readonly name?: string;
  readonly resource?: string;
  readonly verbs: readonly string[];
  readonly [member: string]: unknown;
}
interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly Resource[];
}
interface Group {
  readonly name: string;
  readonly versions: readonly { readonly groupVersion: string; readonly version: string }[];
  readonly preferredVersion: { readonly groupVersion: string; readonly version: string };
}
interface AggregatedGroup {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly freshness: string;
    readonly resources?: readonly Resource[];
  }[];
}

const readable = ['get', 'list', 'watch'];
/** A dump holds each object once: events of the core group, HPAs as v2, custom resources in their preferred version. */
const notInDump = new Set(['autoscaling/v1', 'delivery.acme.example/v1alpha1', 'events.k8s.io/v1']);

/**
 * What we promise to serve of a recorded discovery document: the resources that can be listed, with the verbs that read, in the same
 * order; neither subresources nor the hash of how the cluster's own server stores them.
 */
function reduceResource({ subresources, storageVersionHash, verbs, ...resource }: Resource): Resource {
  return { ...resource, verbs: readable.filter((verb) => verbs.includes(verb)) };
}

function reduceResources(resources: readonly Resource[]): readonly Resource[] {
  return resources.filter(({ name = '', verbs }) => verbs.includes('list') && !name.includes('/')).map(reduceResource);
}

function reduceAggregated(items: readonly AggregatedGroup[]): readonly AggregatedGroup[] {
  return items
    .map(({ metadata, versions }) => ({
      metadata,
      versions: versions
        .filter(({ version }) => !notInDump.has(`${metadata.name}/${version}`))
        .map((version) => ({ ...version, resources: reduceResources(version.resources ?? []) }))
        .filter(({ resources }) => resources.length > 0),
    }))
    .filter(({ versions }) => versions.length > 0);
}

describe.each(['memory', 'sqlite'])('discovery of a recorded cluster on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, (factory) => loadDump(factory, { cluster: 'alpha', file: dump }));
  });
  afterAll(() => app?.stop());

  async function json(path: string, accept = 'application/json') {
    const { code, text, headers } = await app.ask(path, { headers: { accept } });
    expect({ path, code, type: headers['content-type'] }).toEqual({ path, code: 200, type: accept });
    return JSON.parse(text);
  }

  const folder = join(repositoryRoot, 'test/fixtures/alpha/discovery');
  const recordedVersions = readdirSync(folder)
    .filter((file) => /^api(s-.+)?-v1?.*\.json$/.test(file))
    .map((file) => readRecording<ResourceList>(`discovery/${file}`))
    .filter(({ groupVersion }) => !notInDump.has(groupVersion))
    .map((list) => ({ ...list, resources: reduceResources(list.resources) }))
    .filter(({ resources }) => resources.length > 0);

  it.each(recordedVersions.map((list) => [list.groupVersion, list] as const))(
    'shows the resources of %s as the cluster does',
    async (groupVersion, list) => {
      const path = groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;
      for (const root of [alpha, all]) expect(await json(`${root}/${path}`)).toEqual(list);
    },
  );

  it('shows groups and versions in the order of the cluster', async () => {
    const recorded = readRecording<{ readonly groups: readonly Group[] }>('discovery/apis.json');
    const served = new Set(recordedVersions.map(({ groupVersion }) => groupVersion));
    const groups = recorded.groups.flatMap((group) => {
      const versions = group.versions.filter(({ groupVersion }) => served.has(groupVersion));
      return versions[0] === undefined ? [] : { ...group, versions, preferredVersion: versions[0] };
    });
    for (const root of [alpha, all]) {
      expect(await json(`${root}/apis`)).toEqual({ ...recorded, groups });
      for (const group of groups) {
        const document = { kind: 'APIGroup', apiVersion: 'v1', ...group };
        expect(await json(`${root}/apis/${group.name}`)).toEqual(document);
      }
    }
    expect(groups.length).toBeGreaterThan(18);
  });

  it.each([v2, v2beta1])('shows everything at once to who accepts %s', async (accept) => {
    const version = accept === v2 ? 'v2' : 'v2beta1';
    for (const path of ['api', 'apis']) {
      const recorded = readRecording<{ readonly items: readonly AggregatedGroup[] }>(
        `discovery/${path}.aggregated.json`,
      );
      const expected = {
        ...recorded,
        apiVersion: `apidiscovery.k8s.io/${version}`,
        items: reduceAggregated(recorded.items),
      };
      for (const root of [alpha, all]) expect(await json(`${root}/${path}`, accept)).toEqual(expected);
    }
  });

  it('takes the best of what a client accepts', async () => {
    const kinds = [
      [`${v2},${v2beta1},application/json`, 'apidiscovery.k8s.io/v2'],
      [`${v2beta1},application/json`, 'apidiscovery.k8s.io/v2beta1'],
      [`application/json, ${v2}`, 'apidiscovery.k8s.io/v2'],
      [`application/json;q=0.8,${v2};q=0.3`, 'apidiscovery.k8s.io/v2'],
      [`${v2.replace('v=v2', 'v=v9')},application/json`, 'v1'],
      [`${v2};profile=nopeer`, 'apidiscovery.k8s.io/v2'],
      ['application/json;as=Table;g=meta.k8s.io;v=v1,application/json', 'v1'],
      ['*/*', 'v1'],
    ] as const;
    for (const [accept, apiVersion] of kinds) {
      const { code, text, headers } = await app.ask(`${alpha}/apis`, { headers: { accept } });
      expect({ accept, code, vary: headers.vary }).toEqual({ accept, code: 200, vary: 'Accept, Accept-Encoding' });
      expect({ accept, apiVersion: JSON.parse(text).apiVersion }).toEqual({ accept, apiVersion });
    }
  });

  it.each(['text/csv', v2.replace('v=v2', 'v=v1'), v2.replace('v2', 'v2;q=0'), v2.replace('apidiscovery', 'nope')])(
    'has nothing for who accepts %s alone',
    async (accept) => {
      const { code, text } = await app.ask(`${alpha}/apis`, { headers: { accept } });
      expect({ code, reason: JSON.parse(text).reason }).toEqual({ code: 406, reason: 'NotAcceptable' });
    },
  );

  it('has no aggregated form of the documents below /api and /apis', async () => {
    for (const path of ['api/v1', 'apis/apps', 'apis/apps/v1']) {
      expect((await app.ask(`${alpha}/${path}`, { headers: { accept: v2 } })).code).toBe(406);
    }
  });

  it('does not send again what the client has', async () => {
    for (const accept of [v2, 'application/json']) {
      for (const path of ['/apis', `${alpha}/apis`, `${all}/api`]) {
        const first = await app.ask(path, { headers: { accept } });
        const etag = String(first.headers.etag);
        expect(etag).toMatch(/^"[0-9A-F]{128}"$/);
        for (const known of [etag, `W/${etag}`, `"old", ${etag}`, '*']) {
          const again = await app.ask(path, { headers: { accept, 'if-none-match': known } });
          const { code, text, headers } = again;
          expect({ code, text, etag: headers.etag, vary: headers.vary }).toEqual({
            code: 304,
            text: '',
            etag,
            vary: 'Accept, Accept-Encoding',
          });
        }
        const other = await app.ask(path, { headers: { accept, 'if-none-match': '"old"' } });
        expect([other.code, other.text]).toEqual([200, first.text]);
      }
    }
    const [classic, aggregated] = await Promise.all(
      ['application/json', v2].map(async (accept) => (await app.ask(`${alpha}/apis`, { headers: { accept } })).headers),
    );
    expect(classic?.etag).not.toBe(aggregated?.etag);
    expect(aggregated?.['cache-control']).toBe('public');
  });

  it('describes the server itself at once, too', async () => {
    expect((await json('/api', v2)).items).toEqual([]);
    expect((await json('/apis', v2)).items).toEqual([
      {
        metadata: { name: 'clusterpedia.io' },
        versions: [
          {
            version: 'v1beta1',
            resources: [
              {
                resource: 'collectionresources',
                responseKind: { group: 'clusterpedia.io', version: 'v1beta1', kind: 'CollectionResource' },
                scope: 'Cluster',
                singularResource: 'collectionresources',
                verbs: ['get', 'list'],
              },
              expect.objectContaining({ resource: 'resources', verbs: ['get'] }),
            ],
            freshness: 'Current',
          },
        ],
      },
    ]);
  });
});

it('orders groups as a kube-apiserver does, whatever was stored first', () => {
  const groups = ['zoo.example', 'storagemigration.k8s.io', 'apps', 'acme.example', 'policy', '', 'extensions'];
  expect(groups.sort(compareGroups)).toEqual([
    '',
    'extensions',
    'apps',
    'policy',
    'storagemigration.k8s.io',
    'acme.example',
    'zoo.example',
  ]);
});
