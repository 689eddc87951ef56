import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selectableFieldRows } from '../../src/kube/selectable-fields.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { loadDump } from './support/load-dump.js';
import { loadObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

interface DumpObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: what is in an object depends on its kind
  readonly [member: string]: any;
}

const resources = '/apis/clusterpedia.io/v1beta1/resources';
const alpha = `${resources}/clusters/alpha`;
const recordings = join(repositoryRoot, 'test/fixtures/alpha');
const dump: readonly DumpObject[] = read('dump.json').items;

/** A list that was recorded: what a kube-apiserver selected, we select. */
const recorded: readonly (readonly [file: string, path: string])[] = [
  ['certificates.fieldSelector', '/apis/certs.acme.example/v1/certificates?fieldSelector=spec.secretName%3Dweb-tls'],
  ['configmaps.fieldSelector-name', '/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt'],
  ['events.fieldSelector', '/api/v1/events?fieldSelector=involvedObject.kind%3DPod%2Ctype%3DWarning'],
  [
    'pods.fieldSelector-node',
    '/api/v1/pods?fieldSelector=spec.nodeName%21%3Dworker-1%2Cstatus.phase%21%3DRunning%2Cmetadata.namespace%3Dshop',
  ],
  ['pods.fieldSelector-phase', '/api/v1/pods?fieldSelector=status.phase%3DFailed'],
  ['pods.labelSelector', '/api/v1/pods?labelSelector=app%3Dweb'],
  ['pods.labelSelector-set', '/api/v1/pods?labelSelector=tier+in+%28frontend%2Cbackend%29%2C%21legacy'],
  ['secrets.fieldSelector-type', '/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls'],
  ['pods.empty-namespace', '/api/v1/namespaces/kube-public/pods'],
  ['pods.missing-namespace', '/api/v1/namespaces/does-not-exist/pods'],
];

/** The text that a kube-apiserver compares, by type and field; as its sources have it, written once more. */
const texts: Readonly<Record<string, Readonly<Record<string, (object: DumpObject) => string>>>> = {
  'certificatesigningrequests.certificates.k8s.io': { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  events: {
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject.fieldPath ?? '',
    'involvedObject.kind': ({ involvedObject }) => involvedObject.kind ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject.name ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject.uid ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source, reportingComponent }) => source?.component || (reportingComponent ?? ''),
    type: ({ type }) => type ?? '',
  },
  'jobs.batch': { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  namespaces: { 'status.phase': ({ status }) => status?.phase ?? 'Active' },
  nodes: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  pods: {
    'spec.host': ({ spec }) => spec.nodeName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? 'Always',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? 'default-scheduler',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
  },
  'replicasets.apps': { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  replicationcontrollers: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  'resourceslices.resource.k8s.io': {
    'spec.driver': ({ spec }) => spec.driver ?? '',
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
  },
  secrets: { type: ({ type }) => type ?? 'Opaque' },
  services: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? 'ClusterIP',
  },
};

/** Where the objects of a type are, and what they are called in a dump. */
const kinds: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  'certificatesigningrequests.certificates.k8s.io': ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
  events: ['v1', 'Event'],
  'jobs.batch': ['batch/v1', 'Job'],
  namespaces: ['v1', 'Namespace'],
  nodes: ['v1', 'Node'],
  pods: ['v1', 'Pod'],
  'replicasets.apps': ['apps/v1', 'ReplicaSet'],
  replicationcontrollers: ['v1', 'ReplicationController'],
  'resourceslices.resource.k8s.io': ['resource.k8s.io/v1', 'ResourceSlice'],
  secrets: ['v1', 'Secret'],
  services: ['v1', 'Service'],
};

/** No recording has these. */
const withoutObjects = ['clustertrustbundles.certificates.k8s.io', 'events.events.k8s.io'];

/** Bare objects, as a dump may have them that no kube-apiserver filled in. */
const bare: readonly DumpObject[] = [
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare', namespace: 'shop' }, spec: {} },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bare' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bare', namespace: 'shop' } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'bare', namespace: 'shop' }, spec: {} },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'bare', namespace: 'shop' } },
  { apiVersion: 'v1', kind: 'Event', metadata: { name: 'bare', namespace: 'shop' }, involvedObject: {} },
];

const bareCertificate = {
  apiVersion: 'certs.acme.example/v1',
  kind: 'Certificate',
  metadata: { name: 'bare', namespace: 'shop' },
};
const certificates: ResourceInventory = {
  group: 'certs.acme.example',
  version: 'v1',
  resource: 'certificates',
  kind: 'Certificate',
  namespaced: true,
  singularName: 'certificate',
  selectableFields: ['.spec.secretName', 'not a path'],
};

function read(file: string) {
  return JSON.parse(readFileSync(join(recordings, file), 'utf8'));
}

function pathOf(type: string): string {
  const [resource] = type.split('.');
  const [apiVersion = ''] = kinds[type] ?? [];
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/${resource}`;
}

const nameOf = ({ metadata }: DumpObject) => `${metadata.namespace ?? ''}/${metadata.name}`;
const rows = Object.entries(texts).flatMap(([type, fields]) =>
  Object.entries(fields).map(([field, text]) => ({ type, field, text })),
);

it('knows what each field of the table is compared as', () => {
  const table = Object.entries(selectableFieldRows).map(([type, fields]) => [type, Object.keys(fields).sort()]);
  const known = Object.entries(texts).map(([type, fields]) => [type, Object.keys(fields).sort()]);
  const expected = table
    .filter(([type]) => !withoutObjects.includes(String(type)))
    .map(([type, fields]) => [type, (fields as string[]).filter((field) => field !== 'status.podIPs')]);
  expect(known).toEqual(expected);
});

describe.each(['sqlite', 'memory'])('field selectors on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, async (factory) => {
      await loadDump(factory, { cluster: 'alpha', file: join(recordings, 'dump.json') });
      await loadObjects(factory, 'bare', { objects: [...bare, bareCertificate], extraTypes: [certificates] });
    });
  }, 60_000);
  afterAll(() => app?.stop());

  async function list(path: string): Promise<string[]> {
    const { code, text } = await app.ask(path);
    expect({ path, code, text: code === 200 ? '' : text }).toEqual({ path, code: 200, text: '' });
    return (JSON.parse(text).items as DumpObject[]).map(nameOf).sort();
  }

  const select = (root: string, type: string, selector: string) =>
    list(`${root}${pathOf(type)}?fieldSelector=${encodeURIComponent(selector)}`);

  it.each(recorded)('select what is recorded in %s', async (file, path) => {
    const { items } = read(`lists/variants/${file}.json`) as { items: DumpObject[] };
    expect(await list(`${alpha}${path}`)).toEqual(items.map(nameOf).sort());
  });

  it.each(rows)(
    'compare $field of $type as a kube-apiserver',
    async ({ type, field, text }) => {
      const [apiVersion, kind] = kinds[type] ?? [];
      for (const [root, objects] of [
        [alpha, dump],
        [`${resources}/clusters/bare`, bare],
      ] as const) {
        const all = objects.filter((object) => object.apiVersion === apiVersion && object.kind === kind);
        if (all.length === 0) continue;
        const values = new Set([...all.map(text), '', 'nobody', '0', 'false', 'Active', 'Opaque']);
        for (const value of values) {
          const equal = all.filter((object) => text(object) === value).map(nameOf);
          const other = all.filter((object) => text(object) !== value).map(nameOf);
          expect([value, await select(root, type, `${field}=${value}`)]).toEqual([value, equal.sort()]);
          expect([value, await select(root, type, `${field}!=${value}`)]).toEqual([value, other.sort()]);
        }
      }
    },
    60_000,
  );

  it('take the fields that a CustomResourceDefinition names', async () => {
    const path = '/apis/certs.acme.example/v1/certificates?fieldSelector=';
    const all = dump.filter(({ kind }) => kind === 'Certificate').map(nameOf);
    expect(all).toHaveLength(4);
    expect(await list(`${alpha}${path}spec.secretName!%3D`)).toEqual(all.sort());
    const bareCluster = `${resources}/clusters/bare${path}`;
    expect(await list(`${bareCluster}spec.secretName%3D`)).toEqual(['shop/bare']);
    expect(await list(`${bareCluster}spec.secretName!%3D`)).toEqual([]);
    expect(await list(`${bareCluster}spec.ttl%3D`)).toEqual([]);
  });

  it('read metadata.name and metadata.namespace, whether an object has a namespace or not', async () => {
    const nodes = dump.filter(({ kind }) => kind === 'Node').map(nameOf);
    expect(await select(alpha, 'nodes', 'metadata.namespace=')).toEqual(nodes.sort());
    expect(await select(alpha, 'nodes', 'metadata.name=worker-1')).toEqual(['/worker-1']);
    expect(await select(alpha, 'nodes', 'metadata.name=worker-1,metadata.name!=worker-1')).toEqual([]);
    expect(await select(alpha, 'nodes', 'metadata.name in (worker-1,cp-1),metadata.name!=cp-1')).toEqual(['/worker-1']);
    const shop = `${alpha}/api/v1/namespaces/shop/pods?names=brand-new,web`;
    expect(await list(`${shop}&fieldSelector=metadata.name%3Dbrand-new`)).toEqual(['shop/brand-new']);
    expect(await list(`${shop}&fieldSelector=metadata.namespace%3Dci`)).toEqual([]);
  });

  it('find the events of an object as kubectl describe asks for them', async () => {
    const about = 'involvedObject.name=cart-6f7d-crash,involvedObject.namespace=shop,involvedObject.kind=Pod';
    const events = dump.filter((object) => object.kind === 'Event' && object.involvedObject.name === 'cart-6f7d-crash');
    expect(await select(alpha, 'events', about)).toEqual(events.map(nameOf).sort());
    expect(await select(alpha, 'events', `${about},involvedObject.uid=`)).toEqual(events.map(nameOf).sort());
    expect(await select(alpha, 'events', `${about},involvedObject.uid=0`)).toEqual([]);
  });

  it('select by every IP of a Pod', async () => {
    const dual = dump.find(({ kind, status }) => kind === 'Pod' && status?.podIPs?.length === 2);
    const found = await select(alpha, 'pods', `status.podIPs=${dual?.status.podIPs[1].ip}`);
    expect(found).toEqual([nameOf(dual as DumpObject)]);
  });
});
