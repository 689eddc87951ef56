import type { ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadObjects, type PlainObject, sampleObjects } from './support/load-objects.js';
import { startTestApp, type TestApp } from './support/start-test-app.js';

const base = '/apis/clusterpedia.io/v1beta1';
const all = `${base}/resources`;
const pods = `${all}/api/v1/pods`;
const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const kubectlAccept = `${tableType},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`;
const firstPod = sampleObjects('prod-eu').find(({ kind }) => kind === 'Pod')?.metadata;
const onePod = `${all}/clusters/prod-eu/api/v1/namespaces/${firstPod?.namespace}/pods/${firstPod?.name}`;

interface Table {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object: {
      readonly kind: string;
      readonly apiVersion: string;
      readonly metadata: Metadata;
      readonly spec?: object;
    } | null;
  }[];
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const flowSchemas: ResourceInventory = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  resource: 'flowschemas',
  kind: 'FlowSchema',
  namespaced: false,
  singularName: 'flowschema',
};
const widgetType = {
  group: 'acme.example',
  version: 'v1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
} as const;
const sizeColumn = { name: 'Size', type: 'integer', jsonPath: '.spec.size' };
const colourColumn = { name: 'Colour', type: 'string', jsonPath: '.spec.colour' };

function flowSchema(name: string, matchingPrecedence: number): PlainObject {
  return object('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', { metadata: { name }, spec: { matchingPrecedence } });
}

function widget(name: string): PlainObject {
  return object('acme.example/v1', 'Widget', {
    metadata: { name, namespace: 'default' },
    spec: { size: 3, colour: 'red' },
  });
}

function object(
  apiVersion: string,
  kind: string,
  rest: { metadata: PlainObject['metadata']; spec: object },
): PlainObject {
  return { apiVersion, kind, ...rest };
}

function manyConfigMaps(): PlainObject[] {
  return Array.from({ length: 1500 }, (_, number) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `many-${String(number).padStart(4, '0')}`, namespace: 'many' },
    data: { text: 'x'.repeat(800) },
  }));
}

describe.each(['sqlite', 'memory'])('Tables on %s', (storageName) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp(storageName, async (factory) => {
      const widgets = (printerColumns: ResourceInventory['printerColumns']): ResourceInventory => ({
        ...widgetType,
        singularName: 'widget',
        ...(printerColumns && { printerColumns }),
      });
      await loadObjects(factory, 'prod-eu', {
        objects: [
          ...sampleObjects('prod-eu'),
          flowSchema('late', 900),
          flowSchema('first', 5),
          flowSchema('b', 40),
          widget('w'),
        ],
        extraTypes: [flowSchemas, widgets(undefined)],
      });
      await loadObjects(factory, 'staging', {
        objects: [...sampleObjects('staging'), flowSchema('a', 40), widget('w'), ...manyConfigMaps()],
        extraTypes: [flowSchemas, widgets([sizeColumn])],
      });
      await loadObjects(factory, 'west', { objects: [widget('w')], extraTypes: [widgets([colourColumn])] });
    });
  });
  afterAll(() => app.stop());

  async function table(path: string, accept = tableType): Promise<Table> {
    const answer = await app.ask(path, { headers: { accept } });
    expect([answer.code, answer.headers['content-type']]).toEqual([200, 'application/json']);
    return JSON.parse(answer.text) as Table;
  }

  async function refusal(path: string, accept = tableType): Promise<unknown> {
    const answer = await app.ask(path, { headers: { accept } });
    const { code, reason, message } = JSON.parse(answer.text);
    expect(code).toBe(answer.code);
    return { code, reason, message };
  }

  const names = ({ rows }: Table) => rows.map(({ object: shown }) => shown?.metadata.name);

  it('have a row for each object of a list, with the cluster in front and its metadata behind', async () => {
    const list = JSON.parse((await app.ask(`${pods}?orderby=name`)).text);
    const printed = await table(`${pods}?orderby=name`, kubectlAccept);
    expect(printed).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: list.metadata });
    expect(printed.columnDefinitions.slice(0, 3).map(({ name }) => name)).toEqual(['Cluster', 'Name', 'Ready']);
    expect(printed.rows).toHaveLength(149);
    for (const [index, { cells, object: shown }] of printed.rows.entries()) {
      const { metadata } = list.items[index];
      expect(cells.slice(0, 2)).toEqual([metadata.annotations['shadow.clusterpedia.io/cluster-name'], metadata.name]);
      expect(shown).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata });
    }
  });

  it('have the version that is asked for', async () => {
    const printed = await table(`${pods}?limit=1`, 'application/json;as=Table;v=v1beta1;g=meta.k8s.io');
    expect(printed.apiVersion).toBe('meta.k8s.io/v1beta1');
    expect(printed.rows[0]?.object?.apiVersion).toBe('meta.k8s.io/v1beta1');
  });

  it.each([
    ['?includeObject=None', undefined],
    ['?includeObject=Metadata', 'PartialObjectMetadata'],
    ['?includeObject=', 'PartialObjectMetadata'],
    ['?includeObject=Object', 'Pod'],
    ['?includeObject=Object&onlyMetadata=true', 'PartialObjectMetadata'],
    ['?onlyMetadata=true', 'PartialObjectMetadata'],
  ])('carry what %s says', async (query, kind) => {
    for (const [path, count] of [
      [pods, 149],
      [onePod, 1],
    ] as const) {
      if (path === onePod && query.includes('onlyMetadata')) continue;
      const { rows } = await table(path + query);
      expect(rows).toHaveLength(count);
      expect(new Set(rows.map(({ object: shown }) => shown?.kind))).toEqual(new Set([kind]));
      expect(rows.every(({ cells }) => /^\d\/\d$/.test(String(cells[2])))).toBe(true);
      if (kind === 'Pod') expect(rows.every(({ object: shown }) => shown?.spec !== undefined)).toBe(true);
    }
  });

  it('refuse what includeObject cannot be, as a kube-apiserver does; where there is no Table it means nothing', async () => {
    const message =
      "Unable to convert to Table as requested: includeObject: Invalid value: \"Everything\": must be 'Metadata', 'Object', 'None', or empty";
    for (const path of [pods, onePod, `${base}/collectionresources/workloads`, `${pods}?watch=true`]) {
      const mark = path.includes('?') ? '&' : '?';
      expect(await refusal(`${path}${mark}includeObject=Everything`)).toEqual({
        code: 400,
        reason: 'BadRequest',
        message,
      });
    }
    expect((await app.ask(`${pods}?includeObject=Everything`)).code).toBe(200);
  });

  it('of one object have its resourceVersion', async () => {
    const one = JSON.parse((await app.ask(onePod)).text);
    const printed = await table(onePod);
    expect(printed.metadata).toEqual({ resourceVersion: one.metadata.resourceVersion });
    expect(names(printed)).toEqual([one.metadata.name]);
    expect(printed.columnDefinitions.length).toBeGreaterThan(9);
  });

  it('page like lists, also in the middle', async () => {
    const found: unknown[] = [];
    let position = '';
    let remaining = 149;
    do {
      const { metadata, rows } = await table(`${pods}?limit=40&withRemainingCount=true${position}`);
      found.push(...rows.map(({ cells }) => `${cells[0]} ${cells[1]}`));
      remaining -= rows.length;
      expect(metadata.remainingItemCount ?? 0).toBe(remaining);
      position = metadata.continue === undefined ? '' : `&continue=${metadata.continue}`;
    } while (position !== '');
    expect(new Set(found).size).toBe(149);
  });

  it.each(['', '?limit=1400', '?limit=1400&includeObject=Object'])(
    'of long lists go out in pieces: %s',
    async (query) => {
      const path = `${all}/api/v1/namespaces/many/configmaps${query}`;
      const answer = await app.ask(path, { headers: { accept: tableType } });
      expect(answer.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
      const printed = JSON.parse(answer.text) as Table;
      expect(printed).toMatchObject({ kind: 'Table', metadata: { resourceVersion: expect.any(String) } });
      expect('continue' in printed.metadata).toBe(query !== '');
      expect(printed.columnDefinitions.map(({ name }) => name)).toEqual(['Cluster', 'Name', 'Data', 'Age']);
      const wanted = Array.from({ length: query === '' ? 1500 : 1400 }, (_, n) => `many-${String(n).padStart(4, '0')}`);
      expect(names(printed)).toEqual(wanted);
      expect(printed.rows.every(({ cells }) => cells[2] === 1)).toBe(true);
    },
  );

  it('of nothing have columns all the same', async () => {
    const printed = await table(`${all}/api/v1/namespaces/nowhere/pods`);
    expect(printed.rows).toEqual([]);
    expect(printed.columnDefinitions[1]).toMatchObject({ name: 'Name', format: 'name' });
  });

  it('are in the order of a kube-apiserver where it has one of its own, page after page', async () => {
    const path = `${all}/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas`;
    expect(names(await table(path))).toEqual(['first', 'a', 'b', 'late']);
    expect(names(await table(`${path}?orderby=name`))).toEqual(['a', 'b', 'first', 'late']);
    const page = await table(`${path}?limit=2`);
    expect(names(page)).toEqual(['first', 'a']);
    expect(names(await table(`${path}?limit=2&continue=${page.metadata.continue}`))).toEqual(['b', 'late']);
    const list = JSON.parse((await app.ask(path)).text);
    expect(list.items.map(({ metadata }: { metadata: Metadata }) => metadata.name)).toEqual([
      'b',
      'first',
      'late',
      'a',
    ]);
    // Such a page is no page of the list.
    expect((await app.ask(`${path}?limit=2&continue=${page.metadata.continue}`)).code).toBe(400);
  });

  it('of custom resources have the columns of the CRD of the cluster, of all clusters those of the first that says so', async () => {
    const path = '/apis/acme.example/v1/widgets';
    const shown = async (prefix: string) => {
      const { columnDefinitions, rows } = await table(`${all}${prefix}${path}`);
      return [columnDefinitions.map(({ name }) => name), ...rows.map(({ cells }) => cells.slice(0, 3))];
    };
    expect(await shown('/clusters/staging')).toEqual([
      ['Cluster', 'Name', 'Size'],
      ['staging', 'w', 3],
    ]);
    expect(await shown('/clusters/west')).toEqual([
      ['Cluster', 'Name', 'Colour'],
      ['west', 'w', 'red'],
    ]);
    expect((await shown('/clusters/prod-eu'))[0]).toEqual(['Cluster', 'Name', 'Created At']);
    expect(await shown('')).toEqual([
      ['Cluster', 'Name', 'Size'],
      ['prod-eu', 'w', 3],
      ['staging', 'w', 3],
      ['west', 'w', 3],
    ]);
  });

  it('of collection resources say what each object is', async () => {
    const path = `${base}/collectionresources/any?resources=apps/deployments,/v1/nodes&orderby=name&limit=3&withContinue=true`;
    const printed = await table(path);
    expect(printed.columnDefinitions.map(({ name }) => name)).toEqual([
      'Cluster',
      'Group',
      'Version',
      'Kind',
      'Namespace',
      'Name',
      'Age',
    ]);
    expect(printed.rows).toHaveLength(3);
    expect(printed.metadata.continue).toEqual(expect.any(String));
    const next = await table(`${path}&continue=${printed.metadata.continue}`);
    const kinds = new Set([...printed.rows, ...next.rows].map(({ cells }) => `${cells[1]}/${cells[2]} ${cells[3]}`));
    expect([...kinds].every((kind) => kind === 'apps/v1 Deployment' || kind === '/v1 Node')).toBe(true);
  });

  it('of the collection resources say what they hold', async () => {
    const printed = await table(`${base}/collectionresources`, kubectlAccept);
    expect(printed.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Resources']);
    expect(printed.rows.map(({ cells }) => cells).slice(0, 2)).toEqual([
      ['any', '*'],
      ['workloads', 'deployments.apps,daemonsets.apps,statefulsets.apps'],
    ]);
  });

  it('refuse what is not there indented, unless plain JSON would do as well: a kube-apiserver does so', async () => {
    const missing = `${all}/clusters/prod-eu/api/v1/namespaces/shop/pods/nobody`;
    const status = '"message":"pods \\"nobody\\" not found"';
    expect((await app.ask(missing, { headers: { accept: kubectlAccept } })).text).toContain(status);
    expect((await app.ask(missing, { headers: { accept: tableType } })).text).toContain(
      '\n  "message": "pods \\"nobody\\" not found",\n',
    );
  });
});
