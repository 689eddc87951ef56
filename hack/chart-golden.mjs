import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The chart as Helm renders it for each set of values in charts/clusterdex/ci, compared with files in test/fixtures/chart. */
const root = resolve(import.meta.dirname, '..');
const chart = join(root, 'charts', 'clusterdex');
const folder = join(root, 'test', 'fixtures', 'chart');
const suffix = '-values.yaml';
const kubeVersion = '1.36';

/** Names of the sets. */
export function valueSets() {
  return readdirSync(join(chart, 'ci'))
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .sort();
}

export function goldenFile(set) {
  return join(folder, `${set}.yaml`);
}

/** What Helm says of a set, with more arguments: `status`, `stdout`, `stderr`. */
export function runHelm(helm, command, { set, parameters = [] }) {
  const values = set === undefined ? [] : ['--values', join(chart, 'ci', `${set}${suffix}`)];
  const release = command === 'template' ? ['clusterdex', chart, '--namespace', 'clusterdex-system'] : [chart];
  return spawnSync(helm, [command, ...release, '--kube-version', kubeVersion, ...values, ...parameters], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
}

/** All objects, YAML. Throws with what Helm said. */
export function renderSet(helm, set) {
  const { status, stdout, stderr, error } = runHelm(helm, 'template', { set });
  if (error !== undefined || status !== 0) throw new Error(`helm template: ${error?.message ?? stderr}`);
  return stdout;
}

/** Without the CustomResourceDefinitions, which lie in deploy/crds, and with a word for what is random, and for the dashboard. */
export function toGolden(rendered) {
  return rendered
    .split(/^---\n/m)
    .filter((document) => document !== '' && !/^kind: CustomResourceDefinition$/m.test(document))
    .map((document) =>
      document
        .replace(/^( +continue\.key: ).*$/m, '$1"<32 random bytes>"')
        .replace(/^( +clusterdex\.json: \|)\n(?: {4}.*\n)+/m, '$1\n    <files/dashboard.json>\n'),
    )
    .join('---\n');
}

export function writeGolden(helm) {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const set of valueSets()) writeFileSync(goldenFile(set), toGolden(renderSet(helm, set)));
}

export function readGolden(set) {
  return readFileSync(goldenFile(set), 'utf8');
}
