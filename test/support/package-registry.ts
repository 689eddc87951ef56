import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream';

interface Version {
  /** What npm has to know of a version before it fetches it. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Where it is installed, unless it is optional. */
  readonly folder: string;
}

export interface PackageRegistry {
  readonly url: string;
  close(): Promise<void>;
}

type Packages = Map<string, Map<string, Version>>;

/**
 * A registry for npm that holds what is installed in a checkout, so that a real `npm install` needs no network. Packages are handed out
 * as they lie there, compiled ones with what was compiled.
 */
export async function startPackageRegistry(root: string): Promise<PackageRegistry> {
  const packages = readInstalled(root);
  const server = createServer((request, response) => {
    const [, name = '', version] =
      /^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/(.+)\.tgz)?$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const versions = packages.get(name);
    const found = version === undefined ? undefined : versions?.get(version);
    if (versions !== undefined && version === undefined)
      sendVersions(response, `http://${request.headers.host}/${name}`, versions);
    else if (found !== undefined && existsSync(found.folder)) sendTarball(response, found.folder);
    else response.writeHead(404).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function readInstalled(root: string): Packages {
  const packages: Packages = new Map();
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
  };
  for (const [path, { integrity: _, ...entry }] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.version === undefined) continue;
    const name = path.split('node_modules/').at(-1) ?? '';
    const versions = packages.get(name) ?? new Map<string, Version>();
    packages.set(name, versions.set(entry.version, { manifest: { ...entry, name }, folder: join(root, path) }));
  }
  return packages;
}

function sendVersions(response: ServerResponse, url: string, versions: ReadonlyMap<string, Version>): void {
  const described = [...versions].map(([version, { manifest }]) => {
    return [version, { ...manifest, dist: { tarball: `${url}/-/${version}.tgz` } }];
  });
  const [latest] = [...versions.keys()].slice(-1);
  const name = versions.values().next().value?.manifest.name;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(described) }));
}

function sendTarball(response: ServerResponse, folder: string): void {
  const real = realpathSync(folder);
  const parameters = ['-cf', '-', '-C', dirname(real), '--exclude', 'node_modules', basename(real)];
  const child = spawn('tar', parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  pipeline(child.stdout, response, () => {});
}
