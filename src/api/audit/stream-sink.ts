import type { Writable } from 'node:stream';
import { type AuditLosses, type AuditSink, mostWaitingBytes } from './audit-sink.js';

/** Writes lines to standard output. What read them may go: then they are lost, and the server goes on. */
export function createStreamSink(stream: Writable, { lost }: AuditLosses): AuditSink {
  stream.on('error', (error) => lost(0, error));
  return {
    write(line) {
      if (stream.writableLength > mostWaitingBytes) lost(1, new Error('nobody reads fast enough'));
      else {
        stream.write(line, (error) => {
          if (error) lost(1, error);
        });
      }
    },
    close() {
      if (stream.destroyed || stream.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => stream.write('', () => resolve()));
    },
  };
}
