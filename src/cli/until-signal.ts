/** Exit codes as shells give them: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export interface UntilSignal {
  readonly signal: AbortSignal;
  /** Undefined as long as no signal came. */
  exitCode(): number | undefined;
  /** From then on signals end the process at once again. */
  stop(): void;
}

/** Turns the first SIGINT or SIGTERM into an abort, so that what is under way can be finished; the second ends the process. */
export function untilSignal(): UntilSignal {
  const controller = new AbortController();
  let code: number | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    stop();
    code = exitCodes[name as keyof typeof exitCodes];
    controller.abort();
  };
  const stop = () => {
    for (const name of Object.keys(exitCodes)) process.off(name, onSignal);
  };
  for (const name of Object.keys(exitCodes)) process.on(name, onSignal);
  return { signal: controller.signal, exitCode: () => code, stop };
}
