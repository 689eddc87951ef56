import { type Logger, pino } from 'pino';
import { ConfigError } from '../config/config-error.js';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type { Logger };

/** JSON lines on stderr, written before the call returns, so that a process which ends has logged everything. */
export function createLogger(level = 'info'): Logger {
  if (!logLevels.some((known) => known === level)) {
    throw new ConfigError(`--log-level is one of ${logLevels.join(', ')}, not ${JSON.stringify(level)}`);
  }
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
