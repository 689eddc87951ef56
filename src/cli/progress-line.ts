import type { WriteStream } from 'node:tty';

/** A line that is drawn over itself, on a terminal; elsewhere nothing. */
export interface ProgressLine {
  /** Asks for the line only when it is time to draw it. */
  draw(line: () => string): void;
  clear(): void;
}

const pauseMilliseconds = 100;

export function createProgressLine(stderr: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>): ProgressLine {
  let drawnAt = 0;
  let isDrawn = false;
  return {
    draw(line) {
      if (!stderr.isTTY || Date.now() - drawnAt < pauseMilliseconds) return;
      drawnAt = Date.now();
      isDrawn = true;
      stderr.write(`\r\x1b[K${line().slice(0, (stderr.columns ?? 80) - 1)}`);
    },
    clear() {
      if (isDrawn) stderr.write('\r\x1b[K');
      isDrawn = false;
    },
  };
}

/** `[======    ] 25%` of a share from 0 to 1. */
export function progressBar(share: number): string {
  const shown = Math.min(share, 1);
  return `[${'='.repeat(Math.round(24 * shown)).padEnd(24)}] ${Math.floor(100 * shown)}%`;
}
