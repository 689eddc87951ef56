import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Vocabulary } from '../api/support/random-request.js';
import {
  type CommandResult,
  type RunningServer,
  repositoryRoot,
  runClusterdex,
  startServer,
} from '../support/clusterdex.js';
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
  stop(): Promise<CommandResult>;
}

export interface FuzzTargetOptions {
  readonly dataDirectory: string;
  readonly storageName: string;
  /** Whether requests are passed on to clusters, in the place of which something stands that answers everything alike. */
  readonly proxy: boolean;
}

/** The real command, with the sample clusters and one with custom resources in it, over http and https. */
export async function startFuzzTarget({ dataDirectory, storageName, proxy }: FuzzTargetOptions): Promise<FuzzTarget> {
  const common = ['--data-dir', dataDirectory, '--storage-name', storageName];
  const dumps = [
    ...sampleNames.map((name) => [name, sampleFile(name)] as const),
    ['alpha', join(repositoryRoot, 'test/fixtures/alpha/dump.json')] as const,
  ];
  for (const [cluster, file] of dumps) {
    const { status, stderr } = await runClusterdex(['import', ...common, '--cluster', cluster, file]);
    if (status !== 0) throw new Error(`the import of ${cluster} ended with ${status}: ${stderr}`);
  }
  const member = proxy ? await startMember() : undefined;
  const serving = [...common, '--secure-port', '0', '--log-level', 'error'];
  const server =
    member === undefined
      ? await startServer(serving)
      : await startServer([...serving, ...passOnTo(member, dataDirectory)], {}, 'apiserver');
  return {
    server,
    vocabulary,
    tokens: await readTokens(server),
    stop() {
      member?.closeAllConnections();
      member?.close();
      return server.stop();
    },
  };
}

async function startMember(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"Any","apiVersion":"v1"}');
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\nbytes');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function passOnTo(member: Server, folder: string): readonly string[] {
  const { port } = member.address() as AddressInfo;
  const { clusters: names } = vocabulary;
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'member', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'declared', user: { token: 'x' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'member', user: 'declared' } })),
  };
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, JSON.stringify(kubeconfig));
  return [
    ...['--kubeconfig', file, '--feature-gates', 'AllowProxyRequestToClusters=true'],
    ...['--allowed-proxy-subresources', 'log,exec,attach,portforward,proxy'],
    '--enable-proxy-path-for-forward-request',
    '--allow-forward-unsync-resource-request',
    '--allow-pediacluster-config-for-proxy-request',
  ];
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
