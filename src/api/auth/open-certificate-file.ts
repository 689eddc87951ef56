import { readFileSync } from 'node:fs';
import { ConfigError } from '../../config/config-error.js';
import type { Logger } from '../../telemetry/logger.js';
import { type CertificateBundle, parseCertificateBundle } from './certificate-bundle.js';

/** The authorities in a file: those that lie there now, also when it changes while it is used. */
export interface CertificateFile {
  readonly current: CertificateBundle;
  close(): void;
}

export interface CertificateFileOptions {
  readonly file: string;
  readonly logger: Logger;
  readonly onChange: () => void;
  /** Milliseconds between two looks at the file. */
  readonly interval?: number;
}

const usualInterval = 10_000;

/** Throws ConfigError when there are none to begin with; later ones that cannot be used are logged, and the last good ones stay. */
export function openCertificateFile(options: CertificateFileOptions): CertificateFile {
  const { file, logger, onChange, interval = usualInterval } = options;
  let current = read(file);
  let complaint = '';

  function look(): void {
    try {
      const found = read(file);
      complaint = '';
      if (found.pem === current.pem) return;
      current = found;
      logger.info({ file }, 'clients are asked for certificates of new authorities');
      onChange();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== complaint) logger.warn({ err: error }, 'the authorities on disk cannot be used; keeping the last');
      complaint = reason;
    }
  }

  const timer = setInterval(look, interval).unref();
  return {
    get current() {
      return current;
    },
    close: () => clearInterval(timer),
  };
}

function read(file: string): CertificateBundle {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return parseCertificateBundle(text);
  } catch (error) {
    throw new ConfigError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
