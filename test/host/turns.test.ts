import type { HealthCheck } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createTurns, type TurnsOptions } from '../../src/plugin-host/extensions/turns.js';

const never = new AbortController().signal;

/** Each way to work says what it does; `end` is called when it is told to. */
function build(options: Partial<TurnsOptions> = {}) {
  const log: string[] = [];
  const checks = new Map<string, HealthCheck>();
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
    logger: pino({ level: 'silent' }),
    ...options,
  });
  return { turns, log, checks, codes: () => [...checks.keys()] };
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
