import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzServer, type Round } from './fuzz-server.js';
import { startFuzzTarget } from './fuzz-target.js';
import { growthOf, mostGrowth } from './growth.js';

const help = `npm run fuzz -- [options]

Sends hostile requests to a real server, the same for the same seed: mutilated and broken HTTP, values out of any range, tampered continue
tokens, forged headers, watches whose client goes, HTTP/2. Ends with 1 when a request was answered with a fault of the server, when the
process ended or logged an error, or when its memory grew by more than ${mostGrowth(100_000)} MB from the first half of the run to its end.

  --requests N   100000 unless told
  --seed N       1 unless told
  --storage NAME sqlite or memory; sqlite unless told
  --proxy        passes on what it can to something that stands for the clusters
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    storage: { type: 'string', default: 'sqlite' },
    proxy: { type: 'boolean', default: false },
  },
});

if (values.help === true) console.log(help);
else await run(Number(values.requests), Number(values.seed));

async function run(requests: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clusterdex-fuzz-'));
  try {
    const target = await startFuzzTarget({ dataDirectory: folder, storageName: values.storage, proxy: values.proxy });
    const { server } = target;
    const began = performance.now();
    const report = await fuzzServer({ server, target, requests, seed, onRound: print });
    const seconds = (performance.now() - began) / 1000;
    const { status, stderr } = await target.stop();
    const growth = growthOf(report.rounds);
    const faults = [...report.faults];
    if (status !== 0 || stderr !== '')
      faults.push(`the server ended with ${status} and logged: ${stderr.slice(0, 3000)}`);
    if (growth !== undefined && growth >= mostGrowth(requests))
      faults.push(`its memory grew by ${growth.toFixed(0)} MB`);
    const codes = [...report.codes].sort(([a], [b]) => a - b).map(([code, count]) => `${code || 'none'}: ${count}`);
    console.log(`${requests} requests in ${seconds.toFixed(0)} s, seed ${seed}; answers ${codes.join(', ')}`);
    console.log([...report.kinds].map(([name, count]) => `${name}: ${count}`).join(', '));
    console.log(
      `memory: ${growth === undefined ? 'not measured, this system has no /proc' : `${growth.toFixed(1)} MB more at the end (allowed ${mostGrowth(requests)})`}`,
    );
    for (const fault of faults) console.log(`fault: ${fault}`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print({ requests, residentBytes = 0, descriptors }: Round): void {
  console.log(`${requests} requests: ${(residentBytes / 2 ** 20).toFixed(0)} MB resident, ${descriptors} descriptors`);
}
