import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

export const repositoryRoot = resolve(import.meta.dirname, '../../..');
const main = join(repositoryRoot, 'dist', 'src', 'main.js');

export interface CommandResult {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: Readable | string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the real command. */
export function spawnClusterdex(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [main, ...parameters], { env: { ...process.env, ...environment } });
}

/** Runs the real command to its end. */
export async function runClusterdex(
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawnClusterdex(parameters, options.environment);
  const output = collect(child);
  const exited = once(child, 'close');
  if (options.stdin === undefined || typeof options.stdin === 'string') child.stdin.end(options.stdin ?? '');
  // A command that ends early closes its input; what it says about that is in its output.
  else pipeline(options.stdin, child.stdin).catch(() => child.stdin.destroy());
  child.stdin.on('error', () => {});
  await exited;
  return { status: child.exitCode ?? undefined, ...output() };
}

function collect(child: ChildProcessWithoutNullStreams): () => { stdout: string; stderr: string } {
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (part: string) => {
      text[stream] += part;
    });
  }
  return () => ({ ...text });
}

export interface RunningServer {
  readonly origin: string;
  /** Of https, when it serves that. */
  readonly secureOrigin: string | undefined;
  readonly port: number;
  readonly pid: number;
  /** Ends when the process does. */
  readonly ended: Promise<CommandResult>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<CommandResult>;
}

/** Starts `clusterdex serve`, or another command like it, on a free port; resolves when /readyz answers 200, rejects with its output when it ends before. */
export async function startServer(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  command: 'serve' | 'apiserver' = 'serve',
): Promise<RunningServer> {
  const port = await freePort();
  const child = spawnClusterdex([command, '--insecure-port', String(port), ...parameters], environment);
  const output = collect(child);
  const ended = once(child, 'close').then(() => ({ status: child.exitCode ?? undefined, ...output() }));
  const origin = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  // It tells where it serves when everything has begun, a little after it does.
  while (!(await isReady(origin)) || !output().stdout.includes(' at http')) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const { status, stderr } = await ended;
      throw new Error(`clusterdex serve ended with ${status}: ${stderr}`);
    }
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`clusterdex serve was not ready after a minute: ${output().stderr}`);
    }
    await delay(25);
  }
  return {
    origin,
    secureOrigin: / at (https:\S+)/.exec(output().stdout)?.[1],
    port,
    pid: child.pid ?? 0,
    ended,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function isReady(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/readyz`);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
