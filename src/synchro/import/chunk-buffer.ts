/** A window on the input: what was pushed and not dropped yet, in one piece. */
export class ChunkBuffer {
  bytes: Buffer = Buffer.alloc(0);
  /** Offset of bytes[0] in the input. */
  base = 0;
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private wantedBytes = 0;

  /** Returns whether there is now as much as was wanted. */
  push(chunk: Buffer): boolean {
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.bytes.length + this.waitingBytes < this.wantedBytes) return false;
    this.join();
    return true;
  }

  join(): void {
    if (this.waiting.length === 0) return;
    const only = this.waiting.length === 1 && this.bytes.length === 0 ? this.waiting[0] : undefined;
    this.bytes = only ?? Buffer.concat([this.bytes, ...this.waiting]);
    this.waiting.length = 0;
    this.waitingBytes = 0;
    this.wantedBytes = 0;
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.bytes = this.bytes.subarray(count);
    this.base += count;
  }

  /** Twice what is there has to come before another look is worth it: what is read again and again stays linear. */
  wantMore(): void {
    this.wantedBytes = Math.max(2 * this.bytes.length, 1);
  }
}
