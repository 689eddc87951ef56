import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { SyncDump, SyncProgramOptions } from './sync-program.js';

const program = join(import.meta.dirname, 'sync-program.js');

/** The program in sync-program.ts, started, killed and started again. */
export class SyncProcess {
  private child: ChildProcessWithoutNullStreams;
  private dumps = 0;

  constructor(
    private readonly options: SyncProgramOptions,
    private readonly folder: string,
  ) {
    this.child = this.spawn();
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As an operator ends it. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  start(): void {
    this.child = this.spawn();
  }

  async dump(): Promise<SyncDump> {
    const file = join(this.folder, `dump-${this.dumps++}.json`);
    const { child } = this;
    const lines = createInterface({ input: child.stdout });
    child.stdin.write(`${file}\n`);
    // Ends with the program.
    const answered = await Promise.race([once(lines, 'line'), once(lines, 'close').then(() => undefined)]);
    if (answered === undefined) throw new Error('the sync program ended');
    lines.close();
    return JSON.parse(readFileSync(file, 'utf8')) as SyncDump;
  }

  /** Dumps until one is as it should be; rejects with what was wrong of the last one. */
  async until(wrong: (dump: SyncDump) => string | undefined, seconds = 60): Promise<SyncDump> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const dump = await this.dump();
      const reason = wrong(dump);
      if (reason === undefined) return dump;
      if (Date.now() > deadline) throw new Error(`${reason}\n${JSON.stringify(dump.statuses, undefined, 1)}`);
      await delay(100);
    }
  }

  private spawn(): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [program, JSON.stringify(this.options)]);
    child.stderr.pipe(process.stderr, { end: false });
    child.stdin.on('error', () => {});
    return child;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
