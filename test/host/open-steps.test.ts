import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterNameAnnotation, type ResourceInventory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import { openSteps, type StepSettings } from '../../src/plugin-host/open-steps.js';
import { createPipeline } from '../../src/synchro/pipeline/create-pipeline.js';
import type { Pipeline } from '../../src/synchro/pipeline/pipeline.js';
import { createPipelineMetrics } from '../../src/synchro/pipeline/pipeline-metrics.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const pods = findBuiltinResource('', 'v1', 'Pod') as ResourceInventory;
const secrets = findBuiltinResource('', 'v1', 'Secret') as ResourceInventory;
const namespaces = findBuiltinResource('', 'v1', 'Namespace') as ResourceInventory;
const nodes = findBuiltinResource('', 'v1', 'Node') as ResourceInventory;
const storage = {
  resourceStorage: () => {
    throw new Error('no step asks for what is stored');
  },
};

let opened = 0;

async function open(steps: readonly StepSettings[], options: { folders?: readonly string[]; data?: string } = {}) {
  const registry = new Registry();
  const dataDirectory = options.data ?? join(folder, `data-${opened++}`);
  const found = await openSteps({
    steps,
    folders: options.folders ?? [],
    dataDirectory,
    logger: pino({ level: 'silent' }),
    registry,
    signal: new AbortController().signal,
  });
  return { registry, pipeline: createPipeline({ steps: found, storage, metrics: createPipelineMetrics(registry) }) };
}

type Parsed = {
  data: Record<string, string>;
  metadata: { annotations: Record<string, string> } & Record<string, unknown>;
} & Record<string, unknown>;

async function run(pipeline: Pipeline, type: ResourceInventory, object: object): Promise<Parsed | undefined> {
  const prepared = await pipeline.process(Buffer.from(JSON.stringify(object)), {
    cluster: 'c',
    resourceType: type,
    apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
    kind: type.kind,
    signal: new AbortController().signal,
  });
  return prepared && (JSON.parse(Buffer.from(prepared.json).toString()) as Parsed);
}

const named = (name: string, metadata: object = {}) => ({ metadata: { name, resourceVersion: '1', ...metadata } });

function writeStep(name: string, body: string): string {
  const plugins = join(folder, `plugins-${opened++}`);
  mkdirSync(plugins);
  const header = `// clusterdex: { "version": "1.0.0", "kind": "synchro", "name": "${name}", "contract": "1.0" }`;
  const plugin = `export default { contract: '1.0', name: '${name}', configSchema: { type: 'object' }, ${body} };`;
  writeFileSync(join(plugins, `${name}-synchro.mjs`), `${header}\n${plugin}\n`);
  return plugins;
}

describe('the steps that come with the server', () => {
  it('prune what hardly anybody searches for, unless told', async () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'acme.example/large': 'x',
      kept: 'y',
    };
    const object = named('a', { namespace: 'n', annotations, managedFields: [{ manager: 'm' }] });
    const pruned = await run((await open([{ name: 'prune' }])).pipeline, pods, object);
    expect(pruned?.metadata).toEqual({
      annotations: { [clusterNameAnnotation]: 'c', 'acme.example/large': 'x', kept: 'y' },
      name: 'a',
      namespace: 'n',
      resourceVersion: '1',
    });
    const none = { managedFields: false, lastAppliedConfiguration: false, annotations: ['acme.example/large'] };
    const kept = await run((await open([{ name: 'prune', config: none }])).pipeline, pods, object);
    expect(kept?.metadata.managedFields).toEqual([{ manager: 'm' }]);
    expect(Object.keys(kept?.metadata.annotations ?? {}).sort()).toEqual(
      [clusterNameAnnotation, 'kept', 'kubectl.kubernetes.io/last-applied-configuration'].sort(),
    );
  });

  it('put digests in the place of the values of Secrets: equal for equal values, other ones on another server', async () => {
    const data = join(folder, 'redact');
    const value = Buffer.from('hunter2').toString('base64');
    const secret = {
      ...named('s', {
        namespace: 'n',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"a":"${value}"}}` },
      }),
      data: { a: value, b: value, c: 'eA==' },
      type: 'Opaque',
    };
    const first = await run((await open([{ name: 'redact' }], { data })).pipeline, secrets, secret);
    const text = JSON.stringify(first);
    expect(text).not.toContain(value);
    expect(text).not.toContain(createHash('sha256').update('hunter2').digest('hex').slice(0, 16));
    const { a, b, c } = first?.data ?? {};
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    expect(Buffer.from(a ?? '', 'base64').toString()).toMatch(/^redacted:[0-9a-f]{32}$/);
    expect(first?.type).toBe('Opaque');
    // The key survives a restart.
    expect(await run((await open([{ name: 'redact' }], { data })).pipeline, secrets, secret)).toEqual(first);
    const elsewhere = await run((await open([{ name: 'redact' }])).pipeline, secrets, secret);
    expect(elsewhere?.data.a).not.toBe(a);
    const pod = { ...named('p', { namespace: 'n' }), data: { a: value } };
    expect((await run((await open([{ name: 'redact' }])).pipeline, pods, pod))?.data).toEqual({ a: value });
  });

  it('let through what lies in some namespaces, and ask clusters for no more where these can tell', async () => {
    const { pipeline } = await open([
      { name: 'namespaces', config: { include: ['shop', 'team-*'], exclude: ['team-x'] } },
    ]);
    const passes = async (type: ResourceInventory, name: string, metadata = {}) =>
      (await run(pipeline, type, named(name, metadata))) !== undefined;
    expect(await passes(pods, 'a', { namespace: 'shop' })).toBe(true);
    expect(await passes(pods, 'a', { namespace: 'team-a' })).toBe(true);
    expect(await passes(pods, 'a', { namespace: 'team-x' })).toBe(false);
    expect(await passes(pods, 'a', { namespace: 'shopping' })).toBe(false);
    expect(await passes(namespaces, 'shop')).toBe(true);
    expect(await passes(namespaces, 'other')).toBe(false);
    expect(await passes(nodes, 'n1')).toBe(true);
    expect(pipeline.selectors(pods)).toEqual({ fieldSelector: 'metadata.namespace!=team-x' });
    expect(pipeline.selectors(nodes)).toEqual({});
  });

  it('let through what carries labels, and ask clusters for it', async () => {
    const selector = 'team=shop,tier in (web, api),!canary,zone!=b';
    const config = { selector, resources: ['pods'] };
    const { pipeline } = await open([{ name: 'label-selector', config }]);
    const passes = async (labels: object) =>
      (await run(pipeline, pods, named('a', { namespace: 'n', labels }))) !== undefined;
    expect(await passes({ team: 'shop', tier: 'api' })).toBe(true);
    expect(await passes({ team: 'shop', tier: 'db' })).toBe(false);
    expect(await passes({ team: 'shop', tier: 'web', canary: '' })).toBe(false);
    expect(await passes({ team: 'shop', tier: 'web', zone: 'b' })).toBe(false);
    expect(await passes({})).toBe(false);
    expect(pipeline.selectors(pods)).toEqual({ labelSelector: selector });
    expect(pipeline.selectors(secrets)).toEqual({});
    expect(await run(pipeline, secrets, named('s', { namespace: 'n' }))).toBeDefined();
    await expect(open([{ name: 'label-selector', config: { selector: 'a=(b' } }])).rejects.toMatchObject({
      code: 'OPEN_FAILED',
      message: expect.stringMatching(/expected a label selector/),
    });
  });

  it('change the fingerprint of the pipeline with their config', async () => {
    const prints = await Promise.all(
      [[{ name: 'prune' }], [{ name: 'prune' }], [{ name: 'prune', config: { managedFields: false } }], []].map(
        async (steps) => (await open(steps)).pipeline.fingerprint,
      ),
    );
    expect(new Set(prints).size).toBe(3);
    expect(prints[0]).toBe(prints[1]);
  });
});

describe('a step of one`s own', () => {
  it('runs in the order of the config, sees what the one before made, and is counted', async () => {
    const stamp = (name: string) =>
      writeStep(
        name,
        `createStep: async () => ({ reconciler: { name: '${name}', handleDeletion() {}, async reconcile(context) {
          const object = structuredClone(context.parse());
          object.stamps = [...(object.stamps ?? []), '${name}'];
          context.replace(object);
        } } })`,
      );
    const folders = [stamp('first'), stamp('second')];
    const { pipeline, registry } = await open([{ name: 'second' }, { name: 'first' }], { folders });
    expect((await run(pipeline, pods, named('a', { namespace: 'n' })))?.stamps).toEqual(['second', 'first']);
    const text = await registry.metrics();
    expect(text).toContain('clusterdex_synchro_step_objects_total{step="first",result="replaced"} 1');
    expect(text).toContain('clusterdex_synchro_step_seconds_count{step="second"} 1');
  });

  it('that fails keeps the object from being stored, or is passed over, as the config says', async () => {
    const folders = [
      writeStep(
        'failing',
        `createStep: async () => ({ reconciler: { name: 'failing', handleDeletion() {}, reconcile(context) {
          context.replace({ ...context.parse(), half: true });
          throw new Error('no luck');
        } } })`,
      ),
    ];
    const object = named('a', { namespace: 'n' });
    const refusing = await open([{ name: 'failing' }], { folders });
    await expect(run(refusing.pipeline, pods, object)).rejects.toThrow('failing: no luck');
    const ignoring = await open([{ name: 'failing', onError: 'ignore' }], { folders });
    const stored = await run(ignoring.pipeline, pods, object);
    expect(stored).toBeDefined();
    expect(stored).not.toHaveProperty('half');
    expect(await ignoring.registry.metrics()).toContain('{step="failing",result="ignored"} 1');
  });

  it('may not give an object another name, nor something that is none', async () => {
    for (const [value, message] of [
      ['{ metadata: { name: "b", namespace: "n" } }', /another name/],
      ['{}', /no object/],
    ] as const) {
      const folders = [
        writeStep(
          'renaming',
          `createStep: async () => ({ reconciler: { name: 'renaming', handleDeletion() {}, reconcile: (context) => context.replace(${value}) } })`,
        ),
      ];
      const { pipeline } = await open([{ name: 'renaming' }], { folders });
      await expect(run(pipeline, pods, named('a', { namespace: 'n' }))).rejects.toThrow(message);
    }
  });

  it('that is broken stops the start with every violation', async () => {
    const noStep = [writeStep('none', 'createStep: async () => ({ filter: 3, reconciler: { name: 4 } })')];
    await expect(open([{ name: 'none' }], { folders: noStep })).rejects.toMatchObject({
      code: 'INVALID_PLUGIN',
      violations: [
        '/filter: must be a function',
        '/reconciler/name: must be a string',
        '/reconciler/reconcile: must be a function',
        '/reconciler/handleDeletion: must be a function',
      ],
    });
    const noFunction = [writeStep('hollow', 'capabilities: {}')];
    await expect(open([{ name: 'hollow' }], { folders: noFunction })).rejects.toMatchObject({
      violations: ['/createStep: must be a function, found nothing'],
    });
    await expect(open([{ name: 'namespace' }])).rejects.toThrow(
      /synchro plugin "namespace" not found.*did you mean namespaces/,
    );
    await expect(open([{ name: 'sqlite' }])).rejects.toThrow(/synchro plugin "sqlite" not found/);
    await expect(open([{ name: 'prune', config: { managedFields: 'x', more: 1 } }])).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/the config of synchro "prune" is not valid/),
    });
  });
});
