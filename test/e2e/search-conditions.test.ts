import type { CollectionListOptions, ResourceTypeSelector } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { testedStorages } from '../backends/tested-storages.js';
import { type ExampleObject, exampleKey, metadataText } from '../support/example-object.js';
import type { KubernetesObject } from '../support/kubernetes-object.js';
import { askOracle } from '../support/oracle.js';
import { createRandom, type Random } from '../support/random.js';
import { drawListOptions } from '../support/random-list-options.js';
import { expressible, type RenderedQuery, type RenderTarget, renderQuery } from '../support/render-query.js';
import { readSampleExamples, sampleNames } from '../support/sample-clusters.js';
import { type ParsedAnswer, type SampleServer, serveSamples } from '../support/serve-samples.js';

/** CLUSTERDEX_TEST_SEED=7 repeats one seed; CLUSTERDEX_TEST_QUERIES says how many queries for each seed and storage. */
const seeds = (process.env.CLUSTERDEX_TEST_SEED ?? '101,102,103').split(',').map(Number);
const mostPages = 12;
const queries = Number(process.env.CLUSTERDEX_TEST_QUERIES ?? 150);
const clusterAnnotation = 'shadow.clusterpedia.io/cluster-name';
const eventsAnnotation = 'shadow.clusterpedia.io/events';

interface Query {
  readonly target: RenderTarget;
  readonly types: readonly ResourceTypeSelector[] | 'all';
  readonly options: CollectionListOptions;
}

const workloads = ['deployments', 'daemonsets', 'statefulsets'].map((resource) => ({ group: 'apps', resource }));

function drawTarget(random: Random, samples: readonly ExampleObject[]): Pick<Query, 'target' | 'types'> {
  const [first, second] = [random.pick(samples).type, random.pick(samples).type];
  const list = random.pick([
    'resource',
    'resource',
    'resource',
    'resource',
    'any',
    'workloads',
    'kuberesources',
  ] as const);
  const target: RenderTarget = { list, type: undefined, typeParameters: [], clusters: sampleNames };
  if (list === 'resource') return { types: [first], target: { ...target, type: first } };
  if (list === 'workloads') return { types: workloads, target };
  // The samples hold nothing but Kubernetes' own types.
  if (list === 'kuberesources') return { types: 'all', target };
  const { group, version, resource } = first;
  const choices: readonly (readonly [types: Query['types'], parameters: readonly (readonly [string, string])[]])[] = [
    ['all', [['groups', '*']]],
    [[{ group }], [['groups', group]]],
    [[{ group, version }], [['groups', `${group}/${version}`]]],
    [[{ group, resource }], [['resources', `${group}/${resource}`]]],
    [
      [{ group, version, resource }, { group: second.group }],
      [
        ['resources', `${group}/${version}/${resource}`],
        ['groups', second.group],
      ],
    ],
    [
      [first, second].map((type) => ({ group: type.group, resource: type.resource })),
      [['resources', `${group}/${resource},${second.group}/${second.resource}`]],
    ],
  ];
  const [types, typeParameters] = random.pick(choices);
  return { types, target: { ...target, typeParameters } };
}

function drawQuery(random: Random, samples: readonly ExampleObject[]): Query {
  const { target, types } = drawTarget(random, samples);
  const objects = askOracle(samples, {}, types);
  const options = expressible(drawListOptions(random, objects, samples));
  if (options.limit === undefined) return { target, types, options };
  // Pages enough to cross borders, not a thousand of them.
  const pages = askOracle(samples, options, types).length / mostPages;
  return { target, types, options: { ...options, limit: Math.max(options.limit, Math.ceil(pages)) } };
}

function urlOf({ path, parameters }: RenderedQuery, more: readonly (readonly [string, string])[] = []): string {
  const text = [...parameters, ...more].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return text === '' ? path : `${path}?${text}`;
}

interface Answer {
  readonly items: readonly KubernetesObject[];
  readonly position: string | undefined;
  readonly remaining: number | undefined;
}

async function ask(server: SampleServer, url: string, { target }: Query): Promise<Answer> {
  const { status, body, json } = await server.get(url);
  if (status !== 200) throw new Error(`status ${status}: ${body.slice(0, 500)}`);
  const { continue: position, remainingItemCount } = target.list === 'resource' ? json.metadata : json;
  checkForm(json, target);
  return { items: json.items, position, remaining: remainingItemCount };
}

function checkForm(json: ParsedAnswer, { list, type }: RenderTarget): void {
  expect(json.kind).toBe(list === 'resource' ? `${type?.kind}List` : 'CollectionResource');
  expect(json.apiVersion).toBe(
    list === 'resource'
      ? [type?.group, type?.version].filter((part) => part !== '').join('/')
      : 'clusterpedia.io/v1beta1',
  );
}

function keyOf(item: KubernetesObject, samples: ReadonlyMap<string, string>): string {
  const { annotations, namespace = '', name } = item.metadata;
  const cluster = String((annotations as Readonly<Record<string, string>>)[clusterAnnotation]);
  const [group = ''] = item.apiVersion.split('/').slice(0, -1);
  return [cluster, group, samples.get(item.kind), namespace, name].join('|');
}

/** Takes the events out of an item, and says which they are. */
function splitEvents(item: KubernetesObject): { fields: KubernetesObject; events: string[] } {
  const annotations = { ...(item.metadata.annotations as Readonly<Record<string, string>>) };
  const events = JSON.parse(annotations[eventsAnnotation] ?? '[]') as KubernetesObject[];
  delete annotations[eventsAnnotation];
  return {
    fields: { ...item, metadata: { ...item.metadata, annotations } },
    events: events.map((event) => String(event.metadata.uid)).sort(),
  };
}

describe.each(testedStorages())('the samples in $name, asked over HTTP', (storage) => {
  if (storage.config === undefined) {
    it.skip(storage.notRun, () => {});
    return;
  }
  const server = serveSamples(storage);
  const samples = readSampleExamples();
  const resources = new Map(samples.map(({ type }) => [type.kind, type.resource]));

  const expectedItem = (example: ExampleObject, { options }: Query): object => {
    const { apiVersion, kind, metadata } = example.fields;
    const events = samples.filter(({ cluster, fields }) => {
      const involved = fields.involvedObject as { readonly uid?: string } | undefined;
      return (
        cluster === example.cluster && involved?.uid !== undefined && involved.uid === metadataText(example, 'uid')
      );
    });
    return {
      fields: options.onlyMetadata === true ? { apiVersion, kind, metadata } : example.fields,
      events: options.injectEvents === true ? events.map((event) => metadataText(event, 'uid')).sort() : [],
    };
  };

  it.each(seeds)(`answers ${queries} random queries as an independent evaluation does, seed %i`, async (seed) => {
    const random = createRandom(seed);
    const wrong: string[] = [];
    let divided = 0;
    for (let number = 1; number <= queries; number += 1) {
      const query = drawQuery(random, samples);
      const rendered = renderQuery(random, query.options, query.target);
      const expected = askOracle(samples, query.options, query.types);
      divided += expected.length > 0 && expected.length < askOracle(samples, {}, query.types).length ? 1 : 0;
      try {
        await check(query, rendered, expected);
      } catch (error) {
        const url = decodeURIComponent(urlOf(rendered));
        wrong.push(
          `seed ${seed}, query ${number}: ${url}\n  ${JSON.stringify(query.options)}\n  ${error instanceof Error ? error.message : error}`,
        );
      }
    }
    if (wrong.length > 0)
      throw new Error(`${wrong.length} of ${queries} answers are wrong\n${wrong.slice(0, 5).join('\n')}`);
    expect(divided).toBeGreaterThan(queries / 4);
  });

  async function check(query: Query, rendered: RenderedQuery, expected: readonly ExampleObject[]): Promise<void> {
    const keys = expected.map(exampleKey);
    const { limit, withRemainingCount } = query.options;
    const items: KubernetesObject[] = [];
    let more: [string, string][] = [];
    for (;;) {
      const answer = await ask(server, urlOf(rendered, more), query);
      items.push(...answer.items);
      if (withRemainingCount === true) expect(answer.remaining).toBe(keys.length - items.length);
      else expect(answer.remaining).toBeUndefined();
      if (limit === undefined || rendered.top || items.length >= keys.length) {
        expect(answer.position).toBeUndefined();
        break;
      }
      expect(answer.items).toHaveLength(limit);
      if (answer.position === undefined) throw new Error(`no continue after ${items.length} of ${keys.length}`);
      more = [['continue', answer.position]];
    }
    const wanted = rendered.top ? expected.slice(0, limit) : expected;
    expect(items.map((item) => keyOf(item, resources))).toEqual(wanted.map(exampleKey));
    expect(items.map(splitEvents)).toEqual(wanted.map((example) => expectedItem(example, query)));
  }
});
