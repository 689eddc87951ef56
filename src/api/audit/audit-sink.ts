/** Where lines of the audit log go. */
export interface AuditSink {
  /** Returns at once; the line is written soon after. Never throws: what cannot be written is counted, and logged. */
  write(line: string): void;
  /** Resolves when everything is written, or given up. */
  close(): Promise<void>;
}

/** What keeps lines from being written. */
export interface AuditLosses {
  lost(lines: number, error: unknown): void;
}

/** Bytes that wait to be written; beyond, lines are lost, so that a disk that hangs does not fill the memory. */
export const mostWaitingBytes = 16 * 2 ** 20;
