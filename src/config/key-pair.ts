/** A certificate, with the chain behind it, and its private key: PEM each. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}
