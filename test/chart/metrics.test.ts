import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type RunningServer, repositoryRoot, startServer } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface MetricsDocs {
  findMetrics(): readonly {
    readonly file: string;
    readonly name: string;
    readonly type: string;
    readonly help: string;
  }[];
  metricsNamedIn(expressions: string): ReadonlySet<string>;
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const { findMetrics, metricsNamedIn }: MetricsDocs = await import(
  pathToFileURL(join(repositoryRoot, 'hack', 'metrics-docs.mjs')).href
);
const chartFile = (name: string) => readFileSync(join(repositoryRoot, 'charts', 'clusterdex', 'files', name), 'utf8');
const folder = temporaryFolder();

const { groups } = parse(chartFile('alerts.yaml')) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(chartFile('dashboard.json')) as { panels: readonly Panel[] };
const targets = panels.flatMap((panel) => panel.targets ?? []);

describe('what is documented of metrics, alerted on and drawn', () => {
  let server: RunningServer;
  /** By name, as a server that follows clusters tells them. */
  const told = new Map<string, { readonly type: string; readonly help: string }>();

  beforeAll(async () => {
    mkdirSync(join(folder, 'clusters'));
    server = await startServer([
      ...['--data-dir', join(folder, 'data'), '--clusters-dir', join(folder, 'clusters')],
      ...['--audit-log-path', join(folder, 'audit.log')],
    ]);
    await fetch(`${server.origin}/apis/clusterpedia.io/v1beta1/resources/api/v1/pods`).then((answer) => answer.text());
    const read = async () => (await fetch(`${server.origin}/metrics`)).text();
    let text = await read();
    // It serves before it follows.
    while (!text.includes('\nclusterdex_synchro_writer ')) text = await read();
    for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
      told.set(name, { help, type: new RegExp(`^# TYPE ${name} (\\S+)$`, 'm').exec(text)?.[1] ?? '' });
    }
  }, 90_000);

  afterAll(() => server?.stop());

  it('is what a server tells, no more and no less', () => {
    const documented = findMetrics()
      .filter(({ file }) => file.startsWith('src/'))
      .map(({ name, type, help }) => [name, { type, help }] as const);
    const own = [...told].filter(([name]) => name.startsWith('clusterdex_'));
    expect(Object.fromEntries(own)).toEqual(Object.fromEntries(documented));
  });

  /** What a server does not tell on SQLite: metrics of storages on servers. */
  const ofPlugins = () =>
    findMetrics()
      .filter(({ file }) => file.startsWith('storage-plugins/storage-sql/'))
      .flatMap(({ name }) => ['postgres', 'mysql'].map((plugin) => `clusterdex_storage_${plugin}_${name}`));

  const unknownIn = (expression: string) => {
    const known = new Set([...told.keys(), ...ofPlugins()]);
    const named = [...metricsNamedIn(expression), ...(expression.match(/\b(?:nodejs|process)_[a-z0-9_]+/g) ?? [])];
    return named.filter((name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')) && !known.has(name));
  };

  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s rests on metrics that there are', (_name, rule) => {
    // A pattern for names stands for those that it fits.
    const pattern = /__name__=~"([^"]+)"/.exec(rule.expr)?.[1];
    if (pattern === undefined) {
      expect(unknownIn(rule.expr)).toEqual([]);
      expect(metricsNamedIn(rule.expr).size).toBeGreaterThan(0);
    } else expect(ofPlugins().filter((name) => new RegExp(`^(?:${pattern})$`).test(name))).toHaveLength(4);
    expect(rule.for).toMatch(/^\d+m$/);
    expect(rule.labels.severity).toMatch(/^(warning|critical)$/);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'description']);
    expect(readFileSync(join(repositoryRoot, 'docs', 'metrics.md'), 'utf8')).toContain(`| \`${rule.alert}\` |`);
  });

  it('is drawn of metrics that there are, each panel in a place of its own', () => {
    expect(targets.length).toBeGreaterThan(20);
    for (const { expr } of targets) expect([expr, unknownIn(expr)]).toEqual([expr, []]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it('has brackets and quotes that are closed', () => {
    for (const { expr } of [...rules, ...targets]) {
      const bare = expr.replace(/"[^"]*"/g, '');
      expect([expr, bare.includes('"')]).toEqual([expr, false]);
      for (const [open, close] of ['()', '{}', '[]']) {
        expect([expr, bare.split(open as string).length]).toEqual([expr, bare.split(close as string).length]);
      }
    }
  });
});
