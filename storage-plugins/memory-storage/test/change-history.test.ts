import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { ChangeHistory } from '../src/change-history.js';
import type { StoredRecord } from '../src/stored-record.js';

const megabyte = 2 ** 20;

it('a change that is not kept any more holds on to no object', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const history = new ChangeHistory();
  history.begin(0);
  const objects: WeakRef<Uint8Array>[] = [];
  for (let revision = 1; revision <= 20; revision++) {
    const json = new Uint8Array(8 * megabyte);
    objects.push(new WeakRef(json));
    history.add({ revision, before: { json } as StoredRecord, after: undefined });
  }
  // What a WeakRef was made for stays until the turn is over.
  await nextTurn();
  collectGarbage();
  const kept = objects.filter((object) => object.deref() !== undefined);
  expect(kept.length).toBeLessThanOrEqual(4);
  expect(history.read(16, { most: 10, latest: 20 }).map(({ revision }) => revision)).toEqual([17, 18, 19, 20]);
  expect(() => history.read(15, { most: 10, latest: 20 })).toThrow('list again');
});
