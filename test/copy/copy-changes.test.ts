import { createStorageError, prepareObject, type StorageFactory } from '@clusterdex/storage-contract';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { testedStorages } from '../backends/tested-storages.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { copyBetween, inventoryOf, openEmpty, podNames, pods, readStored, writePods } from './support/copy-between.js';

const folder = temporaryFolder();
const many = Array.from({ length: 1600 }, (_, index) => `pod-${String(index).padStart(4, '0')}`);

describe.each(testedStorages())('a copy between two stores of $name', (tested) => {
  if (tested.config === undefined) return void it.skip(`(NOT RUN: ${tested.notRun})`, () => {});
  const other = testedStorages().find(({ name }) => name === tested.name) ?? tested;
  let source: OpenedStorage;
  let target: OpenedStorage;

  beforeEach(async () => {
    [source, target] = await Promise.all([openEmpty(tested, folder), openEmpty(other, folder)]);
    for (const { factory } of [source, target]) {
      for (const { cluster } of await factory.clusterInventories()) await factory.cleanCluster(cluster);
    }
  });

  afterEach(() => Promise.all([source.close(), target.close()]));

  it('stops when the target fails midway, says so, and continues when it is there again', async () => {
    await writePods(source, 'c', many);
    const failed = await copyBetween(source, { ...target, factory: failingAfter(target.factory, 2) });
    expect(failed).toMatchObject({
      stopped: 'target',
      storageError: 'UNAVAILABLE: the disk is gone',
      verified: false,
      copied: 1000,
      clusters: [{ cluster: 'c', copied: 1000, types: [] }],
    });
    expect(await podNames(target, 'c')).toEqual(many.slice(0, 1000));
    expect(await copyBetween(source, target)).toMatchObject({ verified: true, copied: 600, unchanged: 1000 });
    expect(await podNames(target, 'c')).toEqual(many);
  });

  it('survives a target that fails now and then, and a source that breaks off in the middle of a list', async () => {
    await writePods(source, 'c', many);
    const shaky = { ...source, factory: breakingOnce(source.factory) };
    const result = await copyBetween(shaky, { ...target, factory: failingAt(target.factory, [1, 3]) });
    expect(result).toMatchObject({ verified: true, copied: 1600, objects: 1600 });
    expect(await podNames(target, 'c')).toEqual(many);
  });

  it('says that the source changed while it was copied, and the next copy catches up', async () => {
    await writePods(source, 'c', many);
    let changed: Promise<void> | undefined;
    const result = await copyBetween(source, target, {
      onProgress: () => {
        changed ??= writePods(source, 'c', ['aaa', 'zzz']);
      },
    });
    await changed;
    expect(result.verified).toBe(false);
    expect(result.clusters).toMatchObject([{ cluster: 'c', sourceChanged: true }]);
    expect(await copyBetween(source, target)).toMatchObject({ verified: true, objects: 1602 });
    expect(await podNames(target, 'c')).toEqual(['aaa', ...many, 'zzz']);
  });

  it('writes what changed, names what only the target holds, and deletes it when asked to', async () => {
    await writePods(source, 'c', ['a', 'b', 'd'], { resourceVersion: '5' });
    await writePods(target, 'c', ['a', 'b', 'c'], { resourceVersion: '4', text: 'older' });
    await writePods(target, 'other', ['kept']);
    const result = await copyBetween(source, target);
    expect(result).toMatchObject({ verified: false, copied: 3, deleted: 0 });
    expect(result.clusters[0]?.types).toMatchObject([
      { differences: { missing: 0, different: 0, extra: 1 }, examples: ['shop/c'] },
    ]);
    const pruned = await copyBetween(source, target, { prune: true });
    expect(pruned).toMatchObject({ verified: true, copied: 0, deleted: 1, unchanged: 3 });
    const texts = async (storage: OpenedStorage) => (await readStored(storage, 'c', pods)).map(({ text }) => text);
    expect(await texts(target)).toEqual(await texts(source));
    expect(await podNames(target, 'other')).toEqual(['kept']);
  });

  it('forgets a type that only the target has when it prunes, and keeps it in the inventory otherwise', async () => {
    const nodes = { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false };
    await writePods(source, 'c', ['a']);
    await target.factory.putClusterInventory(inventoryOf('c', [nodes]));
    const json = Buffer.from('{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}');
    const object = prepareObject(json, { cluster: 'c' });
    await target.factory.resourceStorage(nodes).write('c', [{ type: 'upsert', object }]);
    const resources = async () =>
      (await target.factory.clusterInventories())[0]?.resources.map(({ resource }) => resource).sort();
    expect(await copyBetween(source, target)).toMatchObject({ verified: false });
    expect(await resources()).toEqual(['nodes', 'pods']);
    expect(await copyBetween(source, target, { prune: true })).toMatchObject({ verified: true, deleted: 1 });
    expect(await resources()).toEqual(['pods']);
  });

  it('leaves alone what is newer in the target, and says so', async () => {
    await writePods(source, 'c', ['a', 'b'], { resourceVersion: '5' });
    await writePods(target, 'c', ['a'], { resourceVersion: '6', text: 'newer' });
    const result = await copyBetween(source, target);
    expect(result).toMatchObject({ verified: false, copied: 1 });
    expect(result.clusters[0]?.types).toMatchObject([{ differences: { newer: 1, different: 0, missing: 0 } }]);
    expect((await readStored(target, 'c', pods))[0]?.text).toContain('newer');
  });

  it('copies events of objects, and of those that come later', async () => {
    await writePods(source, 'c', ['a']);
    const event = (name: string, involved: string) =>
      Buffer.from(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7' },
          involvedObject: { kind: 'Pod', uid: `c-${involved}` },
        }),
      );
    // One is attached without being stored, the other is stored and of a pod that is not.
    const json = event('attached', 'a');
    await source.factory
      .resourceStorage(pods)
      .recordEvents('c', [
        { involvedUid: 'c-a', eventUid: 'uid-attached', key: 'shop/attached', resourceVersion: '7', json },
      ]);
    const events = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true };
    const stored = prepareObject(event('early', 'later'), { cluster: 'c' });
    await source.factory.resourceStorage(events).write('c', [{ type: 'upsert', object: stored }]);
    expect(await copyBetween(source, target)).toMatchObject({ verified: true, events: 1 });
    await writePods(target, 'c', ['later']);
    expect(await readStored(target, 'c', pods)).toMatchObject([
      { key: 'shop/a', events: [json.toString()] },
      { key: 'shop/later', events: [Buffer.from(stored.json).toString()] },
    ]);
  });

  it('copies the clusters that it is told to, and no unknown one', async () => {
    for (const cluster of ['a', 'b']) await writePods(source, cluster, ['pod']);
    expect(await copyBetween(source, target, { clusters: ['b'] })).toMatchObject({ verified: true, objects: 1 });
    expect((await target.factory.clusterInventories()).map(({ cluster }) => cluster)).toEqual(['b']);
    await expect(copyBetween(source, target, { clusters: ['x'] })).rejects.toThrow(
      'cluster "x" is not in the source; there are: a, b',
    );
  });

  it('names the object that the target refuses, and copies the others', async () => {
    await writePods(source, 'c', many.slice(0, 20));
    const result = await copyBetween(source, { ...target, factory: refusing(target.factory, 'pod-0007') });
    expect(result).toMatchObject({ verified: false, copied: 19, failureCount: 1 });
    expect(result.failures).toEqual([
      { cluster: 'c', resource: 'pods', object: 'shop/pod-0007', reason: 'the name is refused' },
    ]);
  });
});

type Write = ReturnType<StorageFactory['resourceStorage']>['write'];

/** The real storage, of which some writes are answered by somebody else. */
function withWrite(factory: StorageFactory, wrap: (write: Write) => Write): StorageFactory {
  return {
    ...factory,
    resourceStorage(type) {
      const storage = factory.resourceStorage(type);
      return { ...storage, write: wrap(storage.write) };
    },
  };
}

const gone = () => Promise.reject(createStorageError('UNAVAILABLE', 'the disk is gone'));

function failingAfter(factory: StorageFactory, writes: number): StorageFactory {
  let count = 0;
  return withWrite(
    factory,
    (write) =>
      (...parameters) =>
        ++count > writes ? gone() : write(...parameters),
  );
}

function failingAt(factory: StorageFactory, numbers: readonly number[]): StorageFactory {
  let count = 0;
  return withWrite(
    factory,
    (write) =>
      (...parameters) =>
        numbers.includes(++count) ? gone() : write(...parameters),
  );
}

function refusing(factory: StorageFactory, name: string): StorageFactory {
  return withWrite(factory, (write) => (cluster, changes) => {
    const isRefused = changes.some((change) => change.type === 'upsert' && change.object.name === name);
    return isRefused ? Promise.reject(createStorageError('INVALID', 'the name is refused')) : write(cluster, changes);
  });
}

/** The first whole list breaks off behind its first objects. */
function breakingOnce(factory: StorageFactory): StorageFactory {
  let isBroken = false;
  return {
    ...factory,
    resourceStorage(type) {
      const storage = factory.resourceStorage(type);
      return {
        ...storage,
        async *list(options, signal) {
          for await (const batch of storage.list(options, signal)) {
            if (isBroken || options.limit !== undefined) {
              yield batch;
              continue;
            }
            isBroken = true;
            const objects = batch.objects.slice(0, 3);
            yield { objects, count: objects.length, ...(batch.revision && { revision: batch.revision }) };
            throw createStorageError('UNAVAILABLE', 'the connection is gone');
          }
        },
      };
    },
  };
}
