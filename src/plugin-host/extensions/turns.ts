import type { HealthCheck } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Clock } from '../../timing/clock.js';
import { createServing, type Serving, type ServingFailure } from './serving.js';

/** What a process is for a plugin: the one that does its work, one that waits for its turn, or neither at the moment. */
export type Role = 'active' | 'standby' | 'changing';

/** A role with work of its own. */
export type Turn = Exclude<Role, 'changing'>;

export interface TurnsOptions {
  /** Whether the plugin has a part for standby; without one it is active in every process. */
  readonly canStandBy: boolean;
  readonly serve: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly standBy: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Runs before each turn; a rejection is logged, and the turn begins nevertheless. */
  readonly prepare: () => Promise<void>;
  readonly setCheck: (code: string, check: HealthCheck | undefined) => void;
  /** Aborted when the server begins to shut down. */
  readonly signal: AbortSignal;
  /** Milliseconds that the work of one role gets to end. */
  readonly deadline: number;
  readonly clock: Clock;
  /** Called for each time that the work of a role ended before it was told to. */
  readonly countFailure: (role: Turn) => void;
  readonly logger: Logger;
}

/** The work of a plugin in the role that its process has. */
export interface Turns {
  readonly role: Role;
  /** Once, when the server serves: active at once, or on standby until `lead` where processes are elected. */
  begin(isElected: boolean): void;
  /** Active until the signal aborts, then on standby. Resolves when the work of the active one has ended or was left behind. Never rejects. */
  lead(signal: AbortSignal): Promise<void>;
  /** No turn begins any more. */
  leave(): void;
  /** Ends the work of the role. Never rejects, and takes no longer than the deadline. */
  end(): Promise<void>;
}

const words = {
  active: { code: 'SERVE', log: 'the own work of the plugin', summary: 'its own work' },
  standby: { code: 'STANDBY', log: 'the work of the plugin on standby', summary: 'its work on standby' },
} as const;

/** At any time at most one of the two works, but for what hangs: that is left behind, and does not begin a second time before it has ended. */
export function createTurns(options: TurnsOptions): Turns {
  const { canStandBy, prepare, setCheck, signal, deadline, clock, countFailure, logger } = options;
  const work = { active: options.serve, standby: options.standBy };
  const servings: Partial<Record<Turn, Serving>> = {};
  let role: Role = canStandBy ? 'changing' : 'active';
  let wanted: Turn | undefined;
  let hasLeft = false;
  let last: Promise<void> = Promise.resolve();

  /** After the turn before has ended. Another wish meanwhile takes its place. */
  function want(turn: Turn | undefined): Promise<void> {
    wanted = turn;
    role = 'changing';
    last = last.then(async () => {
      await Promise.all([endTurn('active'), endTurn('standby')]);
      if (turn === undefined || wanted !== turn || hasLeft) return;
      await prepare().catch((error: unknown) => logger.error({ err: error }, 'the settings cannot be read anew'));
      if (wanted === turn && !hasLeft) start(turn);
    });
    return last;
  }

  async function endTurn(turn: Turn): Promise<void> {
    const serving = servings[turn];
    if (serving === undefined) return;
    const { code, summary } = words[turn];
    setCheck(`${code}_FAILED`, undefined);
    if (!serving.isRunning || (await serving.end())) return;
    const detail = ['it begins again when it has ended; until then two processes may do the same work'];
    setCheck(`${code}_NOT_ENDED`, { severity: 'error', summary: `${summary} did not end when it was told to`, detail });
    void serving.ended.then(() => setCheck(`${code}_NOT_ENDED`, undefined));
  }

  function start(turn: Turn): void {
    role = turn;
    const { code, log, summary } = words[turn];
    const serve = work[turn];
    if (canStandBy) logger.info({ role }, turn === 'active' ? 'the plugin is active' : 'the plugin stands by');
    const former = servings[turn];
    if (former?.isRunning) {
      void former.ended.then(() => {
        if (role === turn && servings[turn] === former && !hasLeft) start(turn);
      });
      return;
    }
    delete servings[turn];
    if (serve === undefined) return;
    servings[turn] = createServing(serve, {
      what: log,
      signal,
      deadline,
      logger,
      clock,
      onFailed(failure) {
        countFailure(turn);
        setCheck(`${code}_FAILED`, {
          severity: 'error',
          summary: `${summary} ${failure.summary}`,
          detail: [describe(failure)],
        });
      },
      onSteady: () => setCheck(`${code}_FAILED`, undefined),
    });
  }

  return {
    get role() {
      return role;
    },
    begin(isElected) {
      if (wanted !== undefined || hasLeft) return;
      if (isElected && canStandBy) void want('standby');
      else {
        wanted = 'active';
        start('active');
      }
    },
    async lead(leading) {
      if (!canStandBy || leading.aborted || hasLeft) return;
      void want('active');
      await new Promise<void>((resolve) => {
        leading.addEventListener('abort', () => resolve(want(hasLeft ? undefined : 'standby')), { once: true });
      });
    },
    leave() {
      hasLeft = true;
    },
    async end() {
      hasLeft = true;
      await Promise.all([servings.active?.end(), servings.standby?.end()]);
    },
  };
}

function describe({ failures, at }: ServingFailure): string {
  const times = failures === 1 ? '1 time' : `${failures} times`;
  return `${times}, the last at ${new Date(at).toISOString()}; it begins again by itself, and counts as well when it has run for a minute`;
}
