/** The time of one step for one object; its signal is made when the step asks for it. */
export class StepDeadline {
  private controller: AbortController | undefined;
  private combined: AbortSignal | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly outer: AbortSignal,
  ) {}

  get signal(): AbortSignal {
    if (this.combined === undefined) {
      this.controller = new AbortController();
      this.combined = AbortSignal.any([this.controller.signal, this.outer]);
    }
    return this.combined;
  }

  /** Rejects when it takes too long, or the synchro ends. */
  wait(done: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (reason: string) => {
        this.controller?.abort();
        reject(new Error(reason));
      };
      const abort = () => end('the synchro ends');
      const timer = setTimeout(() => end(`did not end within ${this.milliseconds} ms`), this.milliseconds);
      this.outer.addEventListener('abort', abort, { once: true });
      if (this.outer.aborted) abort();
      done.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        this.outer.removeEventListener('abort', abort);
      });
    });
  }
}
