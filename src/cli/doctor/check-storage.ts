import type { ClusterInventory } from '@clusterdex/storage-contract';
import type { OpenedStorage } from '../../plugin-host/open-storage.js';
import { clusterColumns, clusterRow } from '../cluster-rows.js';
import { describeSchema } from '../storage-migrate.js';
import { openConfiguredStorage, type StorageOptions } from '../storage-options.js';
import { type Finding, messageOf } from './finding.js';

const patience = { open: 20_000 };
/** Milliseconds that the list of clusters takes on a storage that is well. */
const slow = 1000;

/** Opens the storage, as every command does, and asks it how it is; `clusters` of it are checked as well. */
export async function checkStorage(options: StorageOptions): Promise<readonly Finding[]> {
  let storage: OpenedStorage;
  try {
    storage = await openConfiguredStorage({ logLevel: 'silent', ...options }, { deadlines: patience });
  } catch (error) {
    return [
      {
        check: 'storage',
        status: 'failed',
        message: messageOf(error),
        advice:
          'see that its server runs and can be reached from here, and that the keys of --storage-config and the password are right',
      },
    ];
  }
  try {
    const { healthy, reason = 'it does not say why' } = await storage.factory.health();
    if (!healthy) {
      return [
        {
          check: 'storage',
          status: 'failed',
          message: `${storage.name} is not healthy: ${reason}`,
          advice: 'look at the log of the database; clusterdex storage status tries again',
        },
      ];
    }
    const start = performance.now();
    const inventories = await storage.factory.clusterInventories();
    const took = performance.now() - start;
    return [answerOf(storage, took), ...(await checkIndexes(storage)), ...checkInventories(inventories)];
  } catch (error) {
    return [{ check: 'storage', status: 'failed', message: `${storage.name} cannot be read: ${messageOf(error)}` }];
  } finally {
    await storage.close();
  }
}

function answerOf({ name, version, factory }: OpenedStorage, took: number): Finding {
  const message = `${name} ${version} is healthy and answers in ${Math.round(took)} ms (schema ${describeSchema(factory.schema?.())})`;
  if (took < slow) return { check: 'storage', status: 'ok', message };
  return { check: 'storage', status: 'warning', message, advice: 'the database has too much to do, or is far away' };
}

async function checkIndexes({ factory }: OpenedStorage): Promise<readonly Finding[]> {
  const building = ((await factory.fieldIndexes?.()) ?? []).filter(({ state }) => state !== 'ready');
  if (building.length === 0) return [];
  const names = building.map(({ declaration, state }) => `${declaration} (${state})`).join(', ');
  return [
    {
      check: 'storage',
      status: 'warning',
      message: `indexes that do not answer yet: ${names}`,
      advice: 'a server builds them beside its work, clusterdex storage migrate at once',
    },
  ];
}

const advices: readonly (readonly [RegExp, string])[] = [
  [
    /^nobody has followed/,
    'start clusterdex serve with --kubeconfig, --clusters-dir or --host-kubeconfig, or clustersynchro-manager; its log says what holds it up',
  ],
  [/^NotReachable/, 'see that its API server runs and that this machine reaches its address'],
  [
    /Unauthorized|401/,
    'give it credentials that the cluster knows: in the kubeconfig, or in the PediaCluster or its Secret',
  ],
  [/^Invalid/, 'mend the PediaCluster; docs/clusters.md says what belongs there'],
  [
    /not followed:.*[Ff]orbidden/,
    'grant get, list and watch of it in that cluster (docs/clusters.md#permissions), or do not ask for it',
  ],
];

function checkInventories(inventories: readonly ClusterInventory[]): readonly Finding[] {
  const check = 'clusters';
  const now = Date.now();
  const rows = inventories.map((inventory) => {
    const cells = clusterRow(inventory, now);
    const cell = (name: string) => cells[clusterColumns.indexOf(name)] ?? '';
    return { cluster: inventory.cluster, ready: cell('READY'), state: cell('STATUS') };
  });
  const isFine = ({ ready, state }: (typeof rows)[number]) =>
    state === 'imported' || (ready === 'True' && /^(following|reading )/.test(state));
  const troubled = rows.filter((row) => !isFine(row));
  const total = inventories.length;
  return [
    {
      check,
      status: 'ok',
      message:
        total === 0
          ? 'nothing is stored of any cluster yet'
          : `${total - troubled.length} of ${total} stored clusters are fine`,
    },
    ...troubled.map(({ cluster, state }): Finding => {
      const advice = advices.find(([pattern]) => pattern.test(state))?.[1];
      return { check, status: 'warning', message: `${cluster}: ${state}`, ...(advice === undefined ? {} : { advice }) };
    }),
  ];
}
