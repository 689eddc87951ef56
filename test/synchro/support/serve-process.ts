import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { spawnClusterdex } from '../../support/clusterdex.js';

const resources = '/apis/clusterpedia.io/v1beta1/resources';

/** `clusterdex serve` on a free port, killed and started again as often as a test likes. */
export class ServeProcess {
  private child: ChildProcessWithoutNullStreams;
  private text = '';

  constructor(
    readonly name: string,
    private readonly parameters: readonly string[],
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {
    this.child = this.spawn();
  }

  /** What it wrote since it was started. */
  get output(): string {
    return this.text;
  }

  /** Undefined as long as it does not serve. */
  get url(): string | undefined {
    return / at (http:\/\/[\d.:]+)/.exec(this.text)?.[1];
  }

  /** Starts it again when it has ended. */
  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.end(signal);
    this.child = this.spawn();
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'close');
  }

  /** Without waiting for what comes of it. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** A path of Clusterpedia's resources, such as `/clusters/a/api/v1/pods`. Rejects when it does not serve. */
  async ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const response = await this.fetch(resources + path);
    return { status: response.status, body: await response.text() };
  }

  /** The values of a metric by its labels as they stand in the text; empty for one that is not there. */
  async metric(name: string): Promise<ReadonlyMap<string, number>> {
    const text = await (await this.fetch('/metrics')).text();
    const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'));
    return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]));
  }

  private async fetch(path: string): Promise<Response> {
    if (this.url === undefined) throw new Error(`${this.name} does not serve: ${this.text}`);
    try {
      return await fetch(this.url + path);
    } catch (error) {
      const { exitCode, signalCode } = this.child;
      const state = exitCode === null && signalCode === null ? 'runs' : `ended (${exitCode ?? signalCode})`;
      throw new Error(`${this.name} ${state} and does not answer ${path}; it wrote: ${this.text.slice(-2000)}`, {
        cause: error,
      });
    }
  }

  private spawn(): ChildProcessWithoutNullStreams {
    this.text = '';
    const child = spawnClusterdex(
      ['serve', '--insecure-port', '0', '--log-level', 'error', ...this.parameters],
      this.environment,
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        if (child === this.child) this.text += part;
      });
    }
    return child;
  }
}
