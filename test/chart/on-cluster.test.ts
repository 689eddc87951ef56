import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { golden, helm, helmNotRun, parseObjects, type Rendered } from './support.js';

const notRun = helm === undefined ? helmNotRun : apiServerAssets === undefined ? apiServerNotRun : undefined;
const describeReal = notRun === undefined ? describe : describe.skip;
const namespace = 'clusterdex-system';

/** Kinds of others, for which any object will do: what they mean their operators say, which are not here. */
const strangers = {
  'monitoring.coreos.com': ['ServiceMonitor', 'PrometheusRule'],
  'cert-manager.io': ['Certificate', 'Issuer'],
};

describeReal(`every object of the chart, by a dry run of a real API server${notRun ? ` (${notRun})` : ''}`, () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await startApiServer();
    await server.client.json('/api/v1/namespaces', 'POST', { metadata: { name: namespace } });
    for (const [group, kinds] of Object.entries(strangers)) {
      for (const kind of kinds) await server.client.json(definitions, 'POST', definition(group, kind));
    }
    for (const [group, kinds] of Object.entries(strangers)) {
      for (const kind of kinds) await served(server, `/apis/${group}/v1/${pluralOf(kind)}`);
    }
  }, 120_000);

  afterAll(() => server?.stop(), 60_000);

  it.each(golden.valueSets())(
    'with the values %s',
    async (set) => {
      const objects = parseObjects(golden.renderSet(helm as string, set));
      expect(objects.length).toBeGreaterThan(3);
      const answers = await Promise.all(
        objects.map(async (object) => {
          const { status, body } = await server.client.text(pathOf(object), 'POST', object);
          return { object: `${object.kind}/${object.metadata.name}`, status, said: status < 300 ? '' : body };
        }),
      );
      expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
    },
    60_000,
  );
});

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

function pluralOf(kind: string): string {
  return kind
    .toLowerCase()
    .replace(/y$/, 'ie')
    .replace(/([^s])$/, '$1s');
}

/** Unknown and repeated fields are errors. */
function pathOf({ apiVersion, kind, metadata }: Rendered): string {
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${base}${scope}/${pluralOf(kind)}?dryRun=All&fieldValidation=Strict`;
}

function definition(group: string, kind: string): object {
  const plural = pluralOf(kind);
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
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
}

async function served(server: ApiServer, path: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await server.client.text(path)).status !== 200) {
    if (Date.now() > deadline) throw new Error(`${path} is not served`);
  }
}
