import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { isStorageError } from '../../errors.js';
import type { ResourceType } from '../../resource-type.js';
import type { StorageFactory } from '../../storage-factory.js';
import type { ObjectChange } from '../../stored-object.js';
import type { CaseContext, ConformanceCase } from '../conformance-case.js';
import { Follower, type FollowerOptions } from '../follower.js';
import { createRandom } from '../random.js';
import { deployments, pods, testObject } from '../test-objects.js';
import { revisionOf, within } from '../watching.js';

const clusters = ['c1', 'c2'];
const label = (value: string) => ({ key: 'app', operator: 'in', values: [value] }) as const;

export const watchSoakCases: readonly ConformanceCase[] = [
  {
    name: 'each watcher sees what the store holds, whoever writes, drops or is slow',
    needs: ['watch', 'labelSelector'],
    run: soak,
  },
];

/** Writes at random for as long as the options of the kit say, while watchers of all kinds follow, and a durable storage restarts. */
async function soak(context: CaseContext): Promise<void> {
  const { storage, capabilities, soakSeconds, seed } = context;
  const random = createRandom(seed);
  const deadline = performance.now() + soakSeconds * 1000;
  for (const cluster of clusters) await storage.prepareCluster(cluster);
  let opened = Promise.resolve(storage);
  const ending = new AbortController();
  const end: { signal: AbortSignal; revision: string | undefined } = { signal: ending.signal, revision: undefined };
  let failure: unknown;
  const goesOn = () => failure === undefined && performance.now() < deadline;
  const open = () => opened;
  const other = capabilities.multiProcess ? await context.openSame() : undefined;

  const followers = followersFor(context, random).map((options) => new Follower(options));
  const following = followers.map((follower, index) => {
    // What another process would see is what another opening of the same store sees.
    const elsewhere = other !== undefined && index % 3 === 2;
    return follower.run(elsewhere ? async () => other : open, end);
  });
  const work = [
    ...following,
    ...clusters.map((cluster) => keepWriting({ cluster, random, goesOn, open })),
    ...(capabilities.durable ? [keepRestarting()] : []),
  ];
  for (const task of work) {
    task.catch((error: unknown) => {
      failure ??= error;
    });
  }

  async function keepRestarting(): Promise<void> {
    const pause = Math.max(300, (soakSeconds * 1000) / 8);
    while (await waitWhile(goesOn, pause * (0.5 + random()))) {
      opened = context.reopen();
      await opened;
    }
  }

  try {
    await Promise.all(work.slice(following.length));
    const last = await opened;
    // The last change of all, so that every watcher has something to wait for.
    const object = testObject('last', { resourceVersion: String(2 ** 40) }).prepared;
    await last.resourceStorage(pods).write('c1', [{ type: 'upsert', object }]);
    end.revision = await revisionOf(last);
    ending.abort();
    await within(Promise.all(following));
    for (const follower of followers) await follower.compare(await opened);
    for (const { name, watches } of followers) assert.ok(watches > 0, `${name} watched`);
  } catch (error) {
    const reason = failure ?? error;
    const place = followers.map(
      ({ name, lists, watches, events }) => `${name}: ${lists} lists, ${watches} watches, ${events} events`,
    );
    throw new Error(`with seed ${seed}: ${reason instanceof Error ? reason.message : reason}\n${place.join('\n')}`, {
      cause: reason,
    });
  }
}

function followersFor({ capabilities }: CaseContext, random: () => number): readonly FollowerOptions[] {
  return [
    { name: 'steady', options: {}, random },
    { name: 'one that breaks off', options: {}, stay: 100, random },
    { name: 'slow', options: {}, slowness: 100, random },
    {
      name: 'slow, of a label, and breaks off',
      options: { labelSelector: [label('x')] },
      slowness: 30,
      stay: 300,
      random,
    },
    { name: 'of a label', options: { labelSelector: [label('y')] }, random },
    { name: 'of one cluster, and breaks off', options: { clusters: { in: ['c2'] } }, stay: 200, random },
    { name: 'of one namespace', options: { namespaces: { in: ['n2'] } }, slowness: 10, random },
    ...(capabilities.onlyMetadata ? [{ name: 'of metadata', options: { onlyMetadata: true }, stay: 500, random }] : []),
    ...(capabilities.collectionResources
      ? [{ name: 'of a collection', options: { types: [pods, deployments] }, collection: true, stay: 400, random }]
      : []),
  ];
}

interface Writing {
  readonly cluster: string;
  readonly random: () => number;
  goesOn(): boolean;
  open(): Promise<StorageFactory>;
}

/** Writes batches of changes to one cluster; what a restart interrupts it writes again, which is no other change. */
async function keepWriting({ cluster, random, goesOn, open }: Writing): Promise<void> {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  let version = 1;

  function change(type: ResourceType): ObjectChange {
    const namespace = pick(['n1', 'n1', 'n2']);
    const name = `object-${Math.floor(random() * 30)}`;
    if (random() < 0.3) return { type: 'delete', namespace, name };
    // Now and then a version that is known already, or is too old.
    const resourceVersion = String(random() < 0.05 ? Math.max(1, version - 20) : ++version);
    const uid = random() < 0.1 ? { uid: `${cluster}-${name}-${version}` } : {};
    const spec = { size: 'x'.repeat(Math.floor(random() ** 4 * 4000)) };
    const { prepared } = testObject(name, {
      cluster,
      type,
      namespace,
      resourceVersion,
      labels: { app: pick(['x', 'y']) },
      spec,
      ...uid,
    });
    return { type: 'upsert', object: prepared };
  }

  async function act(storage: StorageFactory, type: ResourceType, changes: readonly ObjectChange[]): Promise<void> {
    if (changes.length > 0) await storage.resourceStorage(type).write(cluster, changes);
    else if (random() < 0.8) await storage.cleanClusterResource(cluster, type);
    else await storage.cleanCluster(cluster);
  }

  while (goesOn()) {
    const type = pick([pods, pods, deployments]);
    const changes = random() < 0.01 ? [] : Array.from({ length: 1 + Math.floor(random() * 20) }, () => change(type));
    for (let written = false; !written; ) {
      const storage = await open();
      try {
        await act(storage, type, changes);
        written = true;
      } catch (error) {
        if (!isStorageError(error) || error.code !== 'CLOSED' || (await open()) === storage) throw error;
      }
    }
    await delay(random() * 8);
  }
}

/** Waits for so many milliseconds, or until the condition holds no more; whether it still holds. */
async function waitWhile(condition: () => boolean, milliseconds: number): Promise<boolean> {
  const until = performance.now() + milliseconds;
  while (condition() && performance.now() < until) await delay(20);
  return condition();
}
