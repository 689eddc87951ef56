import type { ImportFailure, KindCount } from './import-result.js';

const namedFailures = 100;

interface Count {
  readonly apiVersion: string;
  readonly kind: string;
  resource?: string;
  imported: number;
  unchanged: number;
  failed: number;
}

/** Counts what becomes of each object. */
export class ImportCounts {
  readonly failures: ImportFailure[] = [];
  failureCount = 0;
  private readonly byKind = new Map<string, Count>();
  private unnamed = 0;

  constructor(private readonly onFailure: (failure: ImportFailure) => void) {}

  written(type: TypeName, { written, unchanged }: { readonly written: number; readonly unchanged: number }): void {
    const count = this.count(type);
    count.imported += written;
    count.unchanged += unchanged;
  }

  /** `type` is what the object says it is, if it says so. */
  failed(failure: ImportFailure, type?: TypeName): void {
    this.failureCount++;
    if (type !== undefined) this.count(type).failed++;
    else if (failure.index !== undefined) this.unnamed++;
    if (this.failures.length < namedFailures) this.failures.push(failure);
    this.onFailure(failure);
  }

  kinds(): readonly KindCount[] {
    const counts = [...this.byKind.values()];
    return counts.sort((a, b) => compare(a.kind, b.kind) || compare(a.apiVersion, b.apiVersion));
  }

  totals(): { readonly imported: number; readonly unchanged: number; readonly failed: number } {
    const totals = { imported: 0, unchanged: 0, failed: this.unnamed };
    for (const count of this.byKind.values()) {
      totals.imported += count.imported;
      totals.unchanged += count.unchanged;
      totals.failed += count.failed;
    }
    return totals;
  }

  private count({ apiVersion, kind, resource }: TypeName): Count {
    const key = `${apiVersion} ${kind}`;
    const count = this.byKind.get(key) ?? { apiVersion, kind, imported: 0, unchanged: 0, failed: 0 };
    this.byKind.set(key, count);
    if (resource !== undefined) count.resource = resource;
    return count;
  }
}

export interface TypeName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource?: string;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
