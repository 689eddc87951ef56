/** The time of one step for one object; its signal is made when the step asks for it. */
export class StepDeadline {
  private controller: AbortController | undefined;
  private readonly abort = () => this.controller?.abort();

  constructor(
    private readonly milliseconds: number,
    private readonly outer: AbortSignal,
  ) {}

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.outer.aborted) this.abort();
      this.outer.addEventListener('abort', this.abort);
    }
    return this.controller.signal;
  }

  /** Rejects when it takes too long, or the synchro ends. */
  wait(done: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (reason: string) => {
        this.abort();
        reject(new Error(reason));
      };
      const abort = () => end('the synchro ends');
      const timer = setTimeout(() => end(`did not end within ${this.milliseconds} ms`), this.milliseconds);
      this.outer.addEventListener('abort', abort, { once: true });
      if (this.outer.aborted) abort();
      done.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        this.outer.removeEventListener('abort', abort);
        this.end();
      });
    });
  }

  /** Behind a step that did not wait: the outer signal lives long, and there is one of these for each object. */
  end(): void {
    if (this.controller !== undefined) this.outer.removeEventListener('abort', this.abort);
  }
}
