/** What one look found. `skipped`: it could not look, and says why. */
export interface Finding {
  readonly check: 'config' | 'plugins' | 'storage' | 'clusters' | 'clock' | 'certificates' | 'audit' | 'proxy';
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
