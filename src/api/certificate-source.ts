import type { KeyPair } from '../config/key-pair.js';
import { endOf, loadServingCertificate, type ServingCertificateOptions } from '../config/serving-certificate.js';
import type { Logger } from '../telemetry/logger.js';

/** The certificate that serves now: what lies in the files, also when they change while it serves. */
export interface CertificateSource {
  readonly current: KeyPair;
  /** `listener` is called with each one that replaces another. */
  onChange(listener: (pair: KeyPair) => void): void;
  close(): void;
}

export interface CertificateSourceOptions extends ServingCertificateOptions {
  readonly logger: Logger;
  /** Milliseconds between two looks at the files. */
  readonly interval?: number;
}

const usualInterval = 10_000;

/** Throws ConfigError when there is no certificate to begin with; later ones that cannot be used are logged, and the last good one stays. */
export async function openCertificateSource(options: CertificateSourceOptions): Promise<CertificateSource> {
  const { logger, interval = usualInterval } = options;
  const { certFile } = options.files;
  const listeners: ((pair: KeyPair) => void)[] = [];
  let current = await loadServingCertificate(options);
  let complaint = '';
  warnOfEnd(current);

  function warnOfEnd(pair: KeyPair): void {
    const end = endOf(pair);
    if (end < Date.now()) logger.warn({ certFile, end: new Date(end) }, 'the serving certificate has expired');
  }

  async function look(): Promise<void> {
    try {
      const pair = await loadServingCertificate(options);
      complaint = '';
      if (pair.cert === current.cert && pair.key === current.key) return;
      current = pair;
      for (const listener of listeners) listener(pair);
      logger.info({ certFile, end: new Date(endOf(pair)) }, 'serving with a new certificate');
      warnOfEnd(pair);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== complaint)
        logger.warn({ err: error }, 'the certificate on disk cannot be used; keeping the last one');
      complaint = reason;
    }
  }

  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, interval).unref();
  return {
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.push(listener);
    },
    close: () => clearInterval(timer),
  };
}
