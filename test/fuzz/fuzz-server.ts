import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { faultOf, mayWatch } from '../api/support/answer-fault.js';
import { sendRaw } from '../api/support/raw-request.js';
import { residentBytes } from '../bench/process-facts.js';
import type { RunningServer } from '../support/clusterdex.js';
import { createRandom } from '../support/random.js';
import type { Attack } from './attack.js';
import { drawAttack, type Target } from './draw-attack.js';
import { createHttp2Client, type Http2Client } from './http2-client.js';

export interface FuzzOptions {
  readonly server: RunningServer;
  readonly target: Target;
  readonly requests: number;
  readonly seed: number;
  /** Called after each tenth of the requests. */
  readonly onRound?: (round: Round) => void;
}

export interface Round {
  readonly requests: number;
  readonly residentBytes: number | undefined;
  /** Open files and sockets of the server, when all clients are gone; undefined on a system without /proc. */
  readonly descriptors: number | undefined;
}

export interface FuzzReport {
  /** What went wrong, with the request; the run ends at the tenth. */
  readonly faults: readonly string[];
  /** How many answers there were of each status; 0 stands for none. */
  readonly codes: ReadonlyMap<number, number>;
  /** How many requests of each sort. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly rounds: readonly Round[];
}

const atOnce = 48;
const roundCount = 10;
const mostFaults = 10;
/** Milliseconds: longer than any answer takes; and how long a client of a watch stays. */
const patience = 20_000;
const watchPatience = 150;

/** Sends a sequence of attacks, the same for the same seed, and says what the server did wrong. */
export async function fuzzServer({ server, target, requests, seed, onRound }: FuzzOptions): Promise<FuzzReport> {
  const random = createRandom(seed);
  const faults: string[] = [];
  const codes = new Map<number, number>();
  const kinds = new Map<string, number>();
  const rounds: Round[] = [];
  const http2 = createHttp2Client(server.secureOrigin ?? '');
  let hasEnded = false;
  void server.ended.then(() => {
    hasEnded = true;
  });
  let left = 0;

  async function attack(): Promise<void> {
    while (left-- > 0 && faults.length < mostFaults && !hasEnded) {
      const drawn = drawAttack(random, target);
      const { code, fault } = await perform(drawn, server, http2);
      count(codes, code);
      count(kinds, drawn.name);
      // What was under way when the server ended says nothing more.
      if (fault !== undefined && !hasEnded) faults.push(`${fault} (${drawn.name}): ${describe(drawn)}`);
    }
  }

  for (let round = 1; round <= roundCount && faults.length < mostFaults && !hasEnded; round++) {
    left = Math.floor((requests * round) / roundCount) - Math.floor((requests * (round - 1)) / roundCount);
    await Promise.all(Array.from({ length: atOnce }, attack));
    const found = { requests: Math.floor((requests * round) / roundCount), ...(await look(server.pid)) };
    rounds.push(found);
    onRound?.(found);
  }
  http2.close();
  if (hasEnded) {
    const { status, stderr } = await server.ended;
    faults.push(`the server ended with ${status}: ${stderr.slice(-3000)}`);
  }
  return { faults, codes, kinds, rounds };
}

async function perform(
  attack: Attack,
  server: RunningServer,
  http2: Http2Client,
): Promise<{ readonly code: number; readonly fault: string | undefined }> {
  if (attack.kind === 'http2') {
    const code = await http2.send(attack, patience);
    return { code, fault: code >= 500 ? `a fault of the server, ${code}` : undefined };
  }
  const { request, pieces, leaveAfter } = attack;
  const sent = { bytes: request.bytes, hangUp: request.mutated, pieces, leaveAfter };
  const isEndless = leaveAfter !== undefined || mayWatch(request);
  const answer = await sendRaw(server.origin, sent, isEndless ? watchPatience : patience);
  const { code, body } = answer;
  // Of an answer that its client left only the status is certain.
  if (isEndless && (!answer.complete || answer.late)) {
    return { code, fault: code >= 500 && code !== 504 ? `a fault of the server, ${code}` : undefined };
  }
  const fault = faultOf(request, answer);
  return { code, fault: fault === undefined ? undefined : `${fault}, ${code} ${body.subarray(0, 300)}` };
}

/** Waits until what the clients left is closed, then looks at the process. */
async function look(pid: number): Promise<Omit<Round, 'requests'>> {
  let descriptors = countDescriptors(pid);
  for (let turns = 0; turns < 20; turns++) {
    await delay(25);
    const now = countDescriptors(pid);
    if (now === descriptors) break;
    descriptors = now;
  }
  return { residentBytes: residentBytes(pid), descriptors };
}

function countDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function describe(attack: Attack): string {
  return attack.kind === 'http2'
    ? JSON.stringify(attack).slice(0, 1500)
    : JSON.stringify(attack.request.bytes.subarray(0, 1500).toString('latin1'));
}
