import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiServerAssets, apiServerNotRun } from '../support/api-server.js';
import { type ManyClusters, startManyClusters, untilTrue } from '../support/many-clusters.js';

const describeReal = apiServerAssets === undefined ? describe.skip : describe;
const because = apiServerAssets === undefined ? ` (${apiServerNotRun})` : '';
const patience = 240_000;
const alive = 180;
const refusing = 10;
const silent = 10;

/** What it takes of the processor while nothing happens is measured by `npm run bench -- --part idle`. */
describeReal(`two hundred clusters, of which twenty are dead${because}`, () => {
  let many: ManyClusters;

  beforeAll(async () => {
    many = await startManyClusters({ alive, refusing, silent });
  }, patience);

  afterAll(() => many?.stop(), patience);

  const metric = async (name: string) => {
    const text = await fetch(`${many.app.url}/metrics`).then((response) => response.text());
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  };
  const requestsToLiving = async () => {
    const { body } = await many.server.client.text('/metrics');
    return [...body.matchAll(/^apiserver_request_total\{.*\} (\S+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  };

  it(
    'the living are all followed',
    async () => {
      await untilTrue(() => many.ready() === alive);
      await many.server.client.json('/api/v1/namespaces', 'POST', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'everywhere' },
      });
      const path = '/apis/clusterpedia.io/v1beta1/resources/api/v1/namespaces?names=everywhere';
      await untilTrue(async () => {
        const { items } = (await fetch(many.app.url + path).then((response) => response.json())) as {
          items: readonly object[];
        };
        return items.length === alive;
      });
    },
    patience,
  );

  it(
    'the dead are named, each with its reason',
    async () => {
      await many.settle();
      const dead = (many.app.synchro?.inventories() ?? []).filter(({ health }) => health.status === 'unhealthy');
      expect(dead).toHaveLength(refusing + silent);
      for (const { health, synchro } of dead) {
        expect(health.reason).toBe('NotReachable');
        expect(synchro?.syncs).toEqual([]);
      }
    },
    patience,
  );

  it(
    'there are few connections, and few requests while nothing happens',
    async () => {
      expect(await metric('clusterdex_cluster_connections')).toBeLessThanOrEqual(alive);
      expect(many.silentConnections().open).toBeLessThanOrEqual(2 * silent);
      const { made } = many.silentConnections();
      const asked = await requestsToLiving();
      // The attempts to reach the silent are the clock: were they made without a pause, hardly any of the living would be asked meanwhile.
      await untilTrue(() => many.silentConnections().made - made >= 2 * silent);
      const perLiving = ((await requestsToLiving()) - asked) / alive;
      expect(perLiving).toBeGreaterThan(0.5);
      expect(perLiving).toBeLessThan(20);
      expect(many.ready()).toBe(alive);
    },
    patience,
  );
});
