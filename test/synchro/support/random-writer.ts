import { ApiClient } from '../../support/api-client.js';
import type { ApiServer } from '../../support/api-server.js';
import { createRandom, type Random } from '../../support/random.js';

/** What can be written without anything else being there, by path within a namespace. */
const bodies: Readonly<Record<string, (random: Random) => object>> = {
  '/api/v1/namespaces/$/configmaps': (random) => ({ data: { text: random.hex(random.integer(2000)), 'é<&>': '🦉' } }),
  '/api/v1/namespaces/$/secrets': (random) => ({ data: { key: Buffer.from(random.hex(40)).toString('base64') } }),
  '/api/v1/namespaces/$/serviceaccounts': () => ({}),
  '/api/v1/namespaces/$/pods': (random) => ({
    spec: { containers: [{ name: 'main', image: `acme/${random.hex(6)}` }], terminationGracePeriodSeconds: 0 },
  }),
  '/api/v1/namespaces/$/services': (random) => ({
    spec: { clusterIP: 'None', ports: [{ port: 1 + random.integer(9999) }] },
  }),
  '/api/v1/namespaces/$/limitranges': () => ({ spec: { limits: [{ type: 'Pod', max: { cpu: '2' } }] } }),
  '/apis/apps/v1/namespaces/$/deployments': (random) => ({
    spec: {
      replicas: random.integer(9),
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'acme/a' }] } },
    },
  }),
  '/apis/coordination.k8s.io/v1/namespaces/$/leases': (random) => ({ spec: { holderIdentity: random.hex(8) } }),
  '/apis/rbac.authorization.k8s.io/v1/namespaces/$/roles': () => ({
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  '/apis/policy/v1/namespaces/$/poddisruptionbudgets': () => ({
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } },
  }),
  '/apis/acme.example/v1/namespaces/$/widgets': (random) => ({
    spec: { size: random.integer(1e6) / 8, text: random.hex(10), large: 12345678901234 },
  }),
};

export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.acme.example' },
  spec: {
    group: 'acme.example',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

export const writtenNamespaces = ['one', 'two'];

/** Namespaces and the definition of widgets. */
export async function prepareWrites({ client }: ApiServer): Promise<void> {
  for (const name of writtenNamespaces) {
    await client.json('/api/v1/namespaces', 'POST', { metadata: { name } });
  }
  await client.json('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'POST', widgetDefinition);
  const deadline = Date.now() + 30_000;
  while ((await client.text('/apis/acme.example/v1/widgets')).status !== 200) {
    if (Date.now() > deadline) throw new Error('widgets are not served');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface WriteCounts {
  readonly made: number;
  readonly changed: number;
  readonly removed: number;
}

/** Writes at random, some at a time, until the signal aborts; what the server refuses meanwhile, or is not there for, is passed over. */
export async function writeAtRandom(
  server: Pick<ApiServer, 'url' | 'authority' | 'token'>,
  options: { readonly seed: number; readonly workers: number; readonly names: number; readonly signal: AbortSignal },
): Promise<WriteCounts> {
  const client = new ApiClient(server);
  const counts = { made: 0, changed: 0, removed: 0 };
  const paths = Object.keys(bodies);
  const work = async (seed: number) => {
    const random = createRandom(seed);
    while (!options.signal.aborted) {
      const template = random.pick(paths);
      const path = template.replace('$', random.pick(writtenNamespaces));
      const name = `o-${random.integer(options.names)}`;
      const body = () => ({ metadata: { name, labels: { round: random.hex(4) } }, ...bodies[template]?.(random) });
      const choice = random.next();
      try {
        if (choice < 0.45) {
          const { status } = await client.text(path, 'POST', body());
          if (status < 300) counts.made++;
          else if (status === 409) {
            const patch = { metadata: { annotations: { 'acme.example/turn': random.hex(6) } } };
            if ((await client.text(`${path}/${name}`, 'PATCH', patch)).status < 300) counts.changed++;
          }
        } else if (choice < 0.7) {
          const patch = { metadata: { labels: { round: random.hex(4) } } };
          if ((await client.text(`${path}/${name}`, 'PATCH', patch)).status < 300) counts.changed++;
        } else if (choice < 0.995) {
          if ((await client.text(`${path}/${name}?gracePeriodSeconds=0`, 'DELETE')).status < 300) counts.removed++;
        } else if ((await client.text(path, 'DELETE')).status < 300) {
          counts.removed++;
        }
      } catch {
        // The server is being restarted.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  await Promise.all(Array.from({ length: options.workers }, (_, index) => work(options.seed * 100 + index)));
  client.close();
  return counts;
}
