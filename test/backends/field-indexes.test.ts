import {
  type FieldIndexStatus,
  type FieldPath,
  type FieldRequirement,
  type ListOptions,
  type ObjectChange,
  prepareObject,
  type ResourceType,
  type SelectorOperator,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import { compileFieldRequirement, fieldText, fieldValues, parseFields } from '@clusterdex/storage-contract/selection';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testedStorages } from './tested-storages.js';

const things: ResourceType = { group: '', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true };
const others: ResourceType = { ...things, resource: 'others', kind: 'Other' };
const value: FieldPath = [{ key: 'spec' }, { key: 'value' }];
const nodeName: FieldPath = [{ key: 'spec' }, { key: 'nodeName' }];
const inList: FieldPath = [{ key: 'spec' }, { key: 'list', list: 'any' }, { key: 'name' }];
const second: FieldPath = [{ key: 'spec' }, { key: 'list', list: 1 }, { key: 'name' }];
const paths = [value, nodeName, inList, second];
const declarations = ['spec.value', 'things:spec.nodeName', '.spec.list[].name', 'spec.list[1].name'];

/** As JSON: what the text of a value is has to come out the same. */
const values = [
  '"plain"',
  '""',
  '" blank "',
  '"1"',
  '1',
  '1.0',
  '1e3',
  '-0',
  '12345678901234567890',
  '0.1',
  'true',
  '"true"',
  'false',
  'null',
  '{"a":1}',
  '["a",1]',
  '[]',
  '"UPPER"',
  '"upper"',
  '"é"',
  '"e\\u0301"',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\ud801"',
  '"\\u0001"',
  '"\\u0002x"',
  '"%_\'\\\\"',
  `"${'long'.repeat(2000)}"`,
  `"${'long'.repeat(2000)}er"`,
  '"😀"',
];

/** What an object carries itself under names that stand for fields elsewhere. */
const labels = { '\u0001["spec","value"]': 'plain', app: 'a' };

const objects = values.flatMap((json, index) => [
  `{"spec":{"value":${json},"nodeName":"node-${index % 3}","list":[{"name":${json}},{"name":"b"},{"other":1},null]}}`,
  `{"spec":{"list":[{"name":"a"},{"name":${json}}]}}`,
]);

function upsert(type: ResourceType, index: number, body: string): ObjectChange {
  const metadata = JSON.stringify({
    name: `o-${index}`,
    namespace: 'n',
    uid: `u-${index}`,
    resourceVersion: '1',
    labels,
  });
  const json = `{"apiVersion":"v1","kind":"${type.kind}","metadata":${metadata},${body.slice(1)}`;
  return { type: 'upsert', object: prepareObject(Buffer.from(json), { cluster: 'c' }) };
}

const operators: readonly SelectorOperator[] = ['in', 'notIn', 'exists', 'notExists'];

/** Every value that there is, and one that there is not, for each path and operator. */
const requirements = paths.flatMap((path): FieldRequirement[] => {
  const texts = objects.flatMap((body) => {
    const fields = parseFields(body);
    return [...fieldValues([...value], fields), ...fieldValues([...inList], fields)].flatMap(
      (found) => fieldText(found) ?? [],
    );
  });
  const sets = [...new Set(texts)].map((text) => [text]);
  return operators.flatMap((operator): FieldRequirement[] =>
    operator === 'in' || operator === 'notIn'
      ? [...sets, ['nothing'], ['plain', 'true', '1'], []].map((wanted) => ({ path, operator, values: wanted }))
      : [{ path, operator, values: [] }],
  );
});

async function names(factory: StorageFactory, options: ListOptions, type = things): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of factory.resourceStorage(type).list(options))
    found.push(...batch.objects.map(({ name }) => name));
  return found.sort();
}

const expected = ({ path, operator, values: wanted }: FieldRequirement): string[] => {
  const matches = compileFieldRequirement({ path, operator, values: wanted });
  return objects.flatMap((body, index) => (matches(parseFields(body)) ? [`o-${index}`] : [])).sort();
};

async function indexesOf(factory: StorageFactory, done: (indexes: readonly FieldIndexStatus[]) => boolean) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const indexes = (await factory.fieldIndexes?.()) ?? [];
    if (done(indexes)) return indexes;
    if (Date.now() > deadline) throw new Error(`the field indexes stay ${JSON.stringify(indexes)}`);
    await new Promise(setImmediate);
  }
}

const ready = (factory: StorageFactory) =>
  indexesOf(factory, (indexes) => indexes.every(({ state }) => state === 'ready'));

async function check(factory: StorageFactory, some: readonly FieldRequirement[] = requirements): Promise<void> {
  for (const requirement of some) {
    const found = await names(factory, { fieldSelector: [requirement] });
    expect([requirement, found]).toEqual([requirement, expected(requirement)]);
  }
}

async function answeredBy(factory: StorageFactory, fieldSelector: readonly FieldRequirement[], type = things) {
  const explanation = await factory.resourceStorage(type).explain?.({ fieldSelector });
  return explanation?.conditions.map((condition) => condition.answeredBy);
}

const some = requirements.filter((_, index) => index % 7 === 0);
const tested = testedStorages().filter(({ name }) => ['sqlite', 'postgres', 'mysql'].includes(name));

describe.each(tested)('declared fields on $name', ({ name, config, notRun }) => {
  if (config === undefined) {
    it.skip(notRun, () => {});
    return;
  }
  const folder = temporaryFolder();
  const opened: OpenedStorage[] = [];
  const open = async (fieldIndexes?: readonly string[]) => {
    const storage = await openTestStorage(name, {
      dataDirectory: folder,
      config: { ...config, ...(fieldIndexes && { fieldIndexes }) },
    });
    opened.push(storage);
    return storage;
  };
  afterAll(async () => {
    for (const storage of opened) await storage.close();
  });

  it('answer as a scan does, whatever the values are', async () => {
    const { factory } = await open(declarations);
    expect((await ready(factory)).map(({ declaration }) => declaration).sort()).toEqual([...declarations].sort());
    await factory.resourceStorage(things).write(
      'c',
      objects.map((body, index) => upsert(things, index, body)),
    );
    await factory.resourceStorage(others).write(
      'c',
      objects.map((body, index) => upsert(others, index, body)),
    );
    await check(factory);
    expect(await answeredBy(factory, [{ path: value, operator: 'in', values: ['plain'] }])).toEqual(['index']);
    expect(await answeredBy(factory, [{ path: value, operator: 'notIn', values: ['plain'] }])).toEqual(['columns']);
    expect(await answeredBy(factory, [{ path: value, operator: 'greaterThan', values: ['1'] }])).toEqual(['scan']);
    const ofNode: FieldRequirement = { path: nodeName, operator: 'in', values: ['node-1'] };
    expect(await answeredBy(factory, [ofNode])).toEqual(['index']);
    expect(await answeredBy(factory, [ofNode], others)).toEqual(['scan']);
    expect(await names(factory, { fieldSelector: [ofNode] }, others)).toEqual(expected(ofNode));
    const label = { key: '\u0001["spec","value"]', operator: 'in', values: ['plain'] } as const;
    expect(await names(factory, { labelSelector: [label] })).toHaveLength(objects.length);
  }, 120_000);

  it('that are removed leave a scan, with the same answers', async () => {
    const { factory } = await open([]);
    expect(await indexesOf(factory, (indexes) => indexes.length === 0)).toEqual([]);
    await check(factory, some);
    expect(await answeredBy(factory, [{ path: value, operator: 'in', values: ['plain'] }])).toEqual(['scan']);
    // Whoever searches by what is gone notices.
    await check((opened[0] as OpenedStorage).factory, some);
  }, 120_000);

  it('that are declared later are built beside writes of whoever does not know of them', async () => {
    const [first] = opened as [OpenedStorage];
    const { factory } = await open(declarations);
    const writer = first.factory.resourceStorage(things);
    for (let round = 2; round < 12; round++) {
      const changes = objects.map((body, index): ObjectChange => {
        const change = upsert(things, index, body);
        if (change.type === 'delete') return change;
        return { type: 'upsert', object: { ...change.object, resourceVersion: String(round) } };
      });
      await writer.write('c', changes.slice(round * 3, round * 3 + 12));
    }
    await writer.write('c', [{ type: 'delete', namespace: 'n', name: 'o-0' }, upsert(things, 0, objects[0] ?? '')]);
    await ready(factory);
    await check(factory);
    await check(first.factory, some);
    expect(await answeredBy(first.factory, [{ path: value, operator: 'in', values: ['plain'] }])).toEqual(['index']);
  }, 120_000);

  it('whose build is interrupted are built by who comes next', async () => {
    const cleared = await open([]);
    await indexesOf(cleared.factory, (indexes) => indexes.length === 0);
    for (let round = 0; round < 3; round++) await (await open(declarations)).close();
    const { factory } = await open();
    await ready(factory);
    await check(factory, some);
  }, 120_000);

  it('that are no fields are refused, naming them', async () => {
    for (const wrong of ['spec..a', 'pods:', 'spec.list[]', 'spec[x', '[0]']) {
      await expect(open([wrong])).rejects.toMatchObject({ message: expect.stringContaining(wrong) });
    }
  });
});
