/** A step did not do its work on an object, and its policy is that the object is not stored then. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';

  constructor(
    readonly step: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
