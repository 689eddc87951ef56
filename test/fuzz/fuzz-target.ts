import { join } from 'node:path';
import type { Vocabulary } from '../api/support/random-request.js';
import { type RunningServer, repositoryRoot, runClusterdex, startServer } from '../support/clusterdex.js';
import { sampleFile, sampleNames } from '../support/sample-clusters.js';
import type { Target } from './draw-attack.js';

const vocabulary: Vocabulary = {
  clusters: ['alpha', ...sampleNames],
  namespaces: ['shop', 'kube-system', 'default', 'nowhere'],
  names: ['web', 'worker-1', 'shop', 'web-config', 'nope', 'certificates.certs.acme.example'],
  resources: {
    'api/v1': ['pods', 'nodes', 'events', 'namespaces', 'configmaps', 'secrets', 'services'],
    'apis/apps/v1': ['deployments', 'replicasets', 'daemonsets'],
    'apis/batch/v1': ['jobs', 'cronjobs'],
    'apis/certs.acme.example/v1': ['certificates'],
    'apis/authorization.k8s.io/v1': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
};

export interface FuzzTarget extends Target {
  readonly server: RunningServer;
}

/** The real command, with the sample clusters and one with custom resources in it, over http and https. */
export async function startFuzzTarget(dataDirectory: string, storageName: string): Promise<FuzzTarget> {
  const common = ['--data-dir', dataDirectory, '--storage-name', storageName];
  const dumps = [
    ...sampleNames.map((name) => [name, sampleFile(name)] as const),
    ['alpha', join(repositoryRoot, 'test/fixtures/alpha/dump.json')] as const,
  ];
  for (const [cluster, file] of dumps) {
    const { status, stderr } = await runClusterdex(['import', ...common, '--cluster', cluster, file]);
    if (status !== 0) throw new Error(`the import of ${cluster} ended with ${status}: ${stderr}`);
  }
  const server = await startServer([...common, '--secure-port', '0', '--log-level', 'error']);
  return { server, vocabulary, tokens: await readTokens(server) };
}

async function readTokens({ origin }: RunningServer): Promise<Target['tokens']> {
  const root = '/apis/clusterpedia.io/v1beta1';
  const paths = [
    `${root}/resources/api/v1/pods`,
    `${root}/resources/clusters/${sampleNames[0]}/api/v1/pods`,
    `${root}/resources/apis/apps/v1/deployments`,
    `${root}/collectionresources/any`,
  ];
  return Promise.all(
    paths.map(async (path) => {
      const query = path.endsWith('any') ? '?limit=1&groups=apps/v1' : '?limit=1&orderby=name';
      const text = await (await fetch(origin + path + query)).text();
      const token = /"continue":"([^"]+)"/.exec(text)?.[1];
      if (token === undefined) throw new Error(`${path}${query} gave no continue token: ${text.slice(0, 300)}`);
      return { path, token };
    }),
  );
}
