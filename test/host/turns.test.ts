import type { HealthCheck } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createTurns, type Role, type TurnsOptions } from '../../src/plugin-host/extensions/turns.js';
import type { Clock } from '../../src/timing/clock.js';

const never = new AbortController().signal;

/** Each way to work says what it does; `end` is called when it is told to. */
function build(options: Partial<TurnsOptions> = {}) {
  const log: string[] = [];
  const checks = new Map<string, HealthCheck>();
  const failures: Role[] = [];
  const clock = createManualClock();
  const work = (name: string) => async (signal: AbortSignal) => {
    log.push(`${name} begins`);
    await aborted(signal);
    log.push(`${name} ends`);
  };
  const turns = createTurns({
    canStandBy: true,
    serve: work('serve'),
    standBy: work('standby'),
    prepare: async () => void log.push('prepare'),
    setCheck(code, check) {
      if (check === undefined) checks.delete(code);
      else checks.set(code, check);
    },
    signal: never,
    deadline: 30_000,
    clock,
    countFailure: (turn) => void failures.push(turn),
    logger: pino({ level: 'silent' }),
    ...options,
  });
  return { turns, log, checks, failures, clock, codes: () => [...checks.keys()] };
}

/** Whoever waits for it waits until the test lets the time pass. */
function createManualClock() {
  const waiting = new Set<{ readonly milliseconds: number; readonly proceed: () => void }>();
  const clock: Clock = {
    now: () => Date.UTC(2026, 0, 1),
    random: () => 1,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const proceed = () => {
          waiting.delete(waiter);
          resolve();
        };
        const waiter = { milliseconds, proceed };
        waiting.add(waiter);
        if (signal.aborted) proceed();
        else signal.addEventListener('abort', proceed, { once: true });
      }),
  };
  return {
    ...clock,
    /** Milliseconds, of each that waits. */
    waits: () => [...waiting].map(({ milliseconds }) => milliseconds),
    pass() {
      for (const { proceed } of [...waiting]) proceed();
    },
  };
}

/** Is elected until `lose` is called; `lost` resolves when the lease may be given away. */
function elect(turns: ReturnType<typeof createTurns>) {
  const controller = new AbortController();
  const lost = turns.lead(controller.signal);
  return {
    lost,
    lose() {
      controller.abort();
      return lost;
    },
  };
}

describe('the turns of a plugin that can stand by', () => {
  it('are standby, active when it is elected, and standby again, never two at once', async () => {
    const { turns, log } = build();
    expect(turns.role).toBe('changing');
    turns.begin(true);
    await until(() => turns.role === 'standby');
    const { lose } = elect(turns);
    expect(turns.role).toBe('changing');
    await until(() => turns.role === 'active');
    const losing = lose();
    expect(turns.role).toBe('changing');
    await losing;
    await until(() => turns.role === 'standby');
    await turns.end();
    const standby = ['prepare', 'standby begins', 'standby ends'];
    expect(log).toEqual([...standby, 'prepare', 'serve begins', 'serve ends', ...standby]);
  });

  it('keep the lease until the work of the active one has ended', async () => {
    let proceed = () => {};
    const { turns, log } = build({
      async serve(signal) {
        await aborted(signal);
        await new Promise<void>((resolve) => {
          proceed = resolve;
        });
        log.push('ended late');
      },
    });
    turns.begin(true);
    const { lose, lost } = elect(turns);
    await until(() => turns.role === 'active');
    let isLost = false;
    void lost.then(() => {
      isLost = true;
    });
    void lose();
    await settle();
    expect(isLost).toBe(false);
    proceed();
    await lost;
    expect(log).toContain('ended late');
    await turns.end();
  });

  it('are active at once where nobody is elected', async () => {
    const { turns, log } = build();
    turns.begin(false);
    expect(turns.role).toBe('active');
    await turns.end();
    expect(log).toEqual(['serve begins', 'serve ends']);
  });

  it('come to what was wanted last, when the lease is lost before the turn has begun', async () => {
    const { turns, log } = build();
    turns.begin(true);
    await until(() => turns.role === 'standby');
    const { lose } = elect(turns);
    await lose();
    await until(() => turns.role === 'standby');
    expect(log).not.toContain('serve begins');
    await turns.end();
  });

  it('end with the process: what loses the lease then does not begin to stand by', async () => {
    const { turns, log } = build();
    turns.begin(true);
    const { lose } = elect(turns);
    await until(() => turns.role === 'active');
    turns.leave();
    await lose();
    await turns.end();
    expect(log.filter((entry) => entry === 'standby begins').length).toBeLessThan(2);
    expect(log.at(-1)).toBe('serve ends');
    expect(turns.role).toBe('changing');
  });

  it('of which the work crashes are told by a health code until the next turn, and the others go on', async () => {
    let runs = 0;
    const crash = async () => {
      runs += 1;
      throw new Error('boom');
    };
    const { turns, codes } = build({ serve: crash, standBy: crash });
    turns.begin(true);
    await until(() => codes().includes('STANDBY_FAILED'));
    const { lose } = elect(turns);
    await until(() => codes().includes('SERVE_FAILED'));
    expect(codes()).toEqual(['SERVE_FAILED']);
    expect(turns.role).toBe('active');
    await lose();
    await until(() => codes().includes('STANDBY_FAILED'));
    expect(codes()).toEqual(['STANDBY_FAILED']);
    expect(runs).toBe(3);
    await turns.end();
  });

  it('of which the work hangs go on without it, and it begins no second time before it has ended', async () => {
    let runs = 0;
    let proceed = () => {};
    const hang = () => {
      runs += 1;
      return new Promise<void>((resolve) => {
        proceed = resolve;
      });
    };
    const { turns, codes, log } = build({ standBy: hang, deadline: 20 });
    turns.begin(true);
    await until(() => runs === 1);
    const { lose } = elect(turns);
    await until(() => log.includes('serve begins'));
    expect(codes()).toEqual(['STANDBY_NOT_ENDED']);
    await lose();
    await until(() => turns.role === 'standby');
    await settle();
    expect(runs).toBe(1);
    proceed();
    await until(() => runs === 2);
    expect(codes()).toEqual([]);
    proceed();
    await turns.end();
  });

  it('begin also when the settings cannot be read anew', async () => {
    const { turns, log } = build({ prepare: () => Promise.reject(new Error('no disk')) });
    turns.begin(true);
    await until(() => log.includes('standby begins'));
    await turns.end();
  });
});

describe('work of a plugin that fails', () => {
  const steady = 60_000;

  it.each<[string, () => Promise<void>, RegExp]>([
    ['rejects', () => Promise.reject(new Error('boom')), /^its own work failed; the log says more$/],
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      /^its own work failed; the log says more$/,
    ],
    ['ends by itself', async () => {}, /^its own work ended though nobody told it to$/],
  ])('is told and begins again, later and later, when it %s', async (_, fail, summary) => {
    let runs = 0;
    const serve = () => {
      runs += 1;
      return fail();
    };
    const { turns, checks, failures, clock } = build({ serve });
    turns.begin(false);
    const waits: number[] = [];
    for (let run = 1; run <= 8; run++) {
      await until(() => clock.waits().length === 1 && runs === run);
      waits.push(...clock.waits());
      expect(failures).toEqual(new Array(run).fill('active'));
      expect(checks.get('SERVE_FAILED')).toEqual({
        severity: 'error',
        summary: expect.stringMatching(summary),
        detail: [
          expect.stringMatching(new RegExp(`^${run} times?, the last at 2026-01-01T00:00:00.000Z; it begins again`)),
        ],
      });
      clock.pass();
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    await turns.end();
  });

  it('is well again, and waits for a short time again, when it has run for a minute', async () => {
    let fail = () => {};
    let runs = 0;
    const { turns, codes, clock } = build({
      serve(signal) {
        runs += 1;
        return new Promise((resolve, reject) => {
          fail = () => reject(new Error('boom'));
          signal.addEventListener('abort', () => resolve());
        });
      },
    });
    turns.begin(false);
    for (const expected of [1000, 2000]) {
      fail();
      await until(() => clock.waits().includes(expected));
      expect(clock.waits()).toEqual([expected]);
      clock.pass();
      await until(() => clock.waits().includes(steady));
      expect(codes()).toEqual(['SERVE_FAILED']);
    }
    expect(runs).toBe(3);
    clock.pass();
    await until(() => codes().length === 0);
    fail();
    await until(() => clock.waits().includes(1000));
    expect(codes()).toEqual(['SERVE_FAILED']);
    await turns.end();
  });

  it('tells what it left behind to end, before it begins again', async () => {
    const signals: AbortSignal[] = [];
    const { turns, clock } = build({
      async serve(signal) {
        expect(signals.every(({ aborted }) => aborted)).toBe(true);
        expect(signal.aborted).toBe(false);
        signals.push(signal);
      },
    });
    turns.begin(false);
    for (const runs of [1, 2]) {
      await until(() => clock.waits().length === 1 && signals.length === runs);
      clock.pass();
    }
    await until(() => signals.length === 3);
    await turns.end();
  });

  it('does not begin again in a process that ends, loses the lease, or wants something else meanwhile', async () => {
    let runs = 0;
    const crash = async () => {
      runs += 1;
      throw new Error('boom');
    };
    const { turns, log, clock, codes } = build({ serve: crash });
    turns.begin(true);
    const { lose } = elect(turns);
    await until(() => clock.waits().length === 1);
    await lose();
    await until(() => log.includes('standby begins'));
    expect(clock.waits()).toEqual([]);
    expect(codes()).toEqual([]);
    elect(turns);
    await until(() => clock.waits().length === 1);
    await turns.end();
    expect(clock.waits()).toEqual([]);
    expect(runs).toBe(2);
  });
});

describe('a plugin that cannot stand by', () => {
  it('is active in every process, elected or not', async () => {
    const { turns, log } = build({ canStandBy: false, standBy: undefined });
    expect(turns.role).toBe('active');
    turns.begin(true);
    const { lose } = elect(turns);
    await lose();
    expect(turns.role).toBe('active');
    await turns.end();
    expect(log).toEqual(['serve begins', 'serve ends']);
  });
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Lets run whatever can. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come to that within 20 seconds');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
