import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { readRecording } from '../support/recordings.js';
import { serveRecording } from '../support/serve-recording.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const isInstalled = spawnSync('kubectl', ['version', '--client']).status === 0;
const describeKubectl = isInstalled || process.env.CI === 'true' ? describe : describe.skip;
const folder = join(repositoryRoot, 'test/fixtures/alpha/kubectl');
/** Other views of objects that a dump holds once. */
const otherViews = [
  'events.events.k8s.io',
  'horizontalpodautoscalers.v1.autoscaling',
  'rollouts.v1alpha1.delivery.acme.example',
];
const resources = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .map((file) => file.replace(/\.txt$/, ''))
  .filter((resource) => !otherViews.includes(resource));

describe('kubectl', () => {
  it(`is ${isInstalled ? 'here' : 'NOT RUN: no kubectl on the PATH; install one to run these tests'}`, () => {
    if (process.env.CI === 'true') expect(isInstalled).toBe(true);
  });
});

describeKubectl('kubectl get <resource> -A', () => {
  const server = serveRecording('sqlite');
  let home: string;

  beforeAll(() => {
    home = temporaryFolder();
  });

  it('is recorded of 63 resources', () => {
    expect(resources).toHaveLength(63);
  });

  it.each(resources)('%s, also -o wide, prints what it prints of a cluster, with CLUSTER added', async (resource) => {
    const file = `${resource}.txt`;
    const recorded = readFileSync(join(folder, file), 'utf8').split(/^(?=\$ kubectl )/m);
    const calls = callsOf(`kubectl/${file}`);
    expect(recorded).toHaveLength(calls.length);
    for (const [index, block] of recorded.entries()) {
      const { argv, start, stderr = '' } = calls[index] as RecordedCall;
      server.setTime(Date.parse(start));
      const printed = await kubectl(argv.slice(1));
      expect(inOrder(resource, printed.lines)).toEqual(inOrder(resource, withCluster(block)));
      expect(printed.stderr).toBe(stderr);
    }
  });

  /** In the background: the server runs in this thread. */
  async function kubectl(parameters: readonly string[]): Promise<{ lines: string[]; stderr: string }> {
    const { stdout, stderr } = await promisify(execFile)('kubectl', ['--server', server.cluster, ...parameters], {
      env: { PATH: process.env.PATH, HOME: home, KUBECONFIG: '' },
    });
    return { lines: linesOf(stdout), stderr: stderr.trimEnd() };
  }
});

interface RecordedCall {
  readonly file: string;
  readonly argv: readonly string[];
  readonly start: string;
  readonly stderr?: string;
}

function callsOf(file: string): readonly RecordedCall[] {
  return readRecording<readonly RecordedCall[]>('requests.json').filter((request) => request.file === file);
}

/** The output of a command, with a column in front of the names, behind the namespaces if there are any. */
function withCluster(block: string): string[] {
  const [header = '', ...rows] = linesOf(block).slice(1);
  const at = /^NAMESPACE +/.exec(header)?.[0].length ?? 0;
  const insert = (line: string, cell: string) => line.slice(0, at) + cell.padEnd('CLUSTER   '.length) + line.slice(at);
  return [insert(header, 'CLUSTER'), ...rows.map((row) => insert(row, 'alpha'))];
}

function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** A kube-apiserver computes component statuses, in whatever order they come. */
function inOrder(resource: string, lines: readonly string[]): readonly string[] {
  return resource === 'componentstatuses' ? lines.toSorted() : lines;
}
