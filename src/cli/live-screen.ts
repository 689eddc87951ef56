import type { WriteStream } from 'node:tty';

/** Lines that are drawn over themselves, on a terminal; elsewhere nothing. */
export interface LiveScreen {
  draw(lines: readonly string[]): void;
  clear(): void;
}

export function createLiveScreen(stream: Pick<WriteStream, 'isTTY' | 'columns' | 'rows' | 'write'>): LiveScreen {
  let drawn = 0;
  const up = () => (drawn === 0 ? '' : `\x1b[${drawn}A\r\x1b[J`);
  return {
    draw(lines) {
      if (!stream.isTTY) return;
      const most = Math.max(1, (stream.rows ?? 24) - 1);
      const shown =
        lines.length > most ? [...lines.slice(0, most - 1), `… and ${lines.length - most + 1} more`] : lines;
      const width = (stream.columns ?? 80) - 1;
      stream.write(up() + shown.map((line) => `${line.slice(0, width)}\n`).join(''));
      drawn = shown.length;
    },
    clear() {
      if (drawn > 0) stream.write(up());
      drawn = 0;
    },
  };
}
