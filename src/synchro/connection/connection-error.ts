/** What stands between us and an answer of a cluster. */
export const connectionErrorKinds = {
  unreachable: 'nobody answers there, or the connection was cut',
  untrusted: 'the certificate of the server is not one that we are told to trust',
  credentials: 'the credentials cannot be read or made: a file, an exec plugin, a provider',
  unauthorized: 'the server does not know these credentials (401)',
  refused: 'the server answers with an error; see its status and reason',
  'not-an-api-server': 'what answers is no Kubernetes API server',
  timeout: 'no answer in time',
  aborted: 'the caller aborted, or the connection was closed here',
} as const;

export type ConnectionErrorKind = keyof typeof connectionErrorKinds;

export interface ConnectionErrorOptions {
  readonly cause?: unknown;
  /** The status of the answer. */
  readonly status?: number;
  /** `reason` of the answer, when it is a Status. */
  readonly reason?: string;
  /** How many seconds the server asks to wait. */
  readonly retryAfter?: number;
  /** The Status as it came. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Known by `kind`; the message names the server, and what it or the network said, and holds no credentials. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly kind: ConnectionErrorKind;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfter: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: ConnectionErrorKind, message: string, options: ConnectionErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.status = options.status;
    this.reason = options.reason;
    this.retryAfter = options.retryAfter;
    this.details = options.details;
  }
}
