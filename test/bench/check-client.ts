import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../support/clusterdex.js';
import { startChild } from './child.js';
import type { LoadResult } from './http-load.js';

const seconds = 2;

/**
 * A second opinion on the load generator: a bare server, loaded by it and by autocannon. Where autocannon reaches less, it is itself
 * the bottleneck; it must never reach more.
 */
export async function checkClient(connections: number): Promise<string> {
  const lines = [
    '| bytes of an answer | our client, requests/s | busy | autocannon, requests/s |',
    '|---|---|---|---|',
  ];
  for (const bytes of [5000, 2_400_000]) {
    const server = startChild('bare-server.js');
    const { port } = await server.ask<{ port: number }>({ bytes });
    const client = startChild('load-process.js');
    const own = await client.ask<LoadResult>({ port, paths: ['/'], connections, milliseconds: seconds * 1000 });
    await client.stop();
    const program = join(repositoryRoot, 'node_modules', 'autocannon', 'autocannon.js');
    const parameters = [
      program,
      '--json',
      '--no-progress',
      '-c',
      `${connections}`,
      '-d',
      `${seconds}`,
      `http://127.0.0.1:${port}/`,
    ];
    const { stdout } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
    const other = (JSON.parse(stdout) as { requests: { average: number } }).requests.average;
    lines.push(
      `| ${bytes} | ${Math.round(own.requestsPerSecond)} | ${own.clientBusy.toFixed(2)} | ${Math.round(other)} |`,
    );
    await server.stop();
  }
  return lines.join('\n');
}
