import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../../../support/open-test-storage.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';
import { importTexts, list, pod, storedCells } from './support/import-into-memory.js';

const folder = temporaryFolder();
const widgets = { group: 'acme.example', resource: 'widgets', kind: 'Widget', namespaced: false };
const widget = { apiVersion: 'acme.example/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };
const columns = [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }];

function definition(version: object): object {
  const names = { kind: 'Widget', plural: 'widgets', singular: 'widget' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.acme.example' },
    spec: { group: 'acme.example', scope: 'Cluster', names, versions: [{ name: 'v1', ...version }] },
  };
}

let count = 0;
let storage: OpenedStorage;

describe.each(['memory', 'sqlite'])('the rows that an import prepares for %s', (name) => {
  beforeEach(async () => {
    storage = await openTestStorage(name, { dataDirectory: join(folder, `${name}-${count++}`) });
  });
  afterEach(() => storage.close());

  const texts = (...items: unknown[]) => importTexts(storage, { folder, texts: [list(items)] });

  it('are those of built-in kinds, but of none whose metadata says it all', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's', namespace: 'shop' } };
    await texts(pod('a', { spec: { containers: [{ name: 'c' }] } }), account);
    expect(await storedCells(storage, {})).toEqual([expect.arrayContaining(['a', '0/1'])]);
    expect(await storedCells(storage, { resource: 'serviceaccounts', kind: 'ServiceAccount' })).toEqual([undefined]);
  });

  it('have the columns of the definition of a custom resource, wherever it stands in the dump', async () => {
    await texts(widget, definition({ additionalPrinterColumns: columns }));
    expect(await storedCells(storage, widgets)).toEqual([['w', 3]]);
    await texts(definition({ additionalPrinterColumns: [...columns, ...columns] }), widget);
    expect(await storedCells(storage, widgets)).toEqual([['w', 3, 3]]);
  });

  it('are there as soon as the columns are known, though the objects are the same', async () => {
    await texts(widget);
    expect(await storedCells(storage, widgets)).toEqual([undefined]);
    expect(await texts(definition({ additionalPrinterColumns: columns }), widget)).toMatchObject({
      imported: 1,
      unchanged: 1,
    });
    expect(await storedCells(storage, widgets)).toEqual([['w', 3]]);
  });

  it('are none where a definition names no columns, which the inventory says', async () => {
    await texts(definition({}), widget);
    const [inventory] = await storage.factory.clusterInventories();
    expect(inventory?.resources).toContainEqual(expect.objectContaining({ resource: 'widgets', printerColumns: [] }));
    expect(await storedCells(storage, widgets)).toEqual([undefined]);
  });
});
