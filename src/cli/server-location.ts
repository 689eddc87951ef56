import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { resolveCertificateFiles } from '../config/certificate-files.js';
import { ConfigError } from '../config/config-error.js';
import { defaultServerUrl } from '../config/defaults.js';
import { resolveStorageSettings, type StorageOptions } from '../config/storage-settings.js';

/** Where a running server is. */
export interface ServerLocation {
  /** Base URL, without a slash at the end. */
  readonly server: string;
  /** Whom to trust over https, PEM; undefined for the authorities that everybody trusts. */
  readonly certificateAuthority: string | undefined;
  /** Says who asks. */
  readonly token: string | undefined;
}

export interface ServerOptions {
  readonly server: string;
  readonly certificateAuthority?: string;
  readonly tokenFile?: string;
  /** Wins over the file. */
  readonly token?: string;
}

export function addServerOptions(command: Command): Command {
  return command
    .addOption(new Option('--server <url>', 'where the server is').default(defaultServerUrl).env('CLUSTERDEX_SERVER'))
    .addOption(
      new Option(
        '--certificate-authority <file>',
        'whom to trust over https, PEM (default: what `serve --secure-port` made in the data directory, if anything)',
      ).env('CLUSTERDEX_CERTIFICATE_AUTHORITY'),
    )
    .addOption(
      new Option('--token-file <file>', 'a bearer token, for a server that asks who you are').env(
        'CLUSTERDEX_TOKEN_FILE',
      ),
    );
}

/** Throws ConfigError. */
export function resolveServerLocation(options: ServerOptions & Pick<StorageOptions, 'dataDir'>): ServerLocation {
  const server = parseServer(options.server);
  return {
    server,
    certificateAuthority: server.startsWith('https:') ? readCertificateAuthority(options) : undefined,
    token: tokenOf(options),
  };
}

function tokenOf({ token, tokenFile }: Pick<ServerOptions, 'token' | 'tokenFile'>): string | undefined {
  if (token === undefined) return tokenFile === undefined ? undefined : readToken(resolve(tokenFile));
  if (isToken(token)) return token;
  throw new ConfigError('--token: expected a bearer token, found something else');
}

function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function readToken(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (isToken(text)) return text;
  throw new ConfigError(`${path}: expected a bearer token in one line, found something else`);
}

/** PEM, or undefined for the authorities that everybody trusts. */
function readCertificateAuthority(options: ServerOptions & Pick<StorageOptions, 'dataDir'>): string | undefined {
  const { certFile } = resolveCertificateFiles({}, resolveStorageSettings(options).dataDirectory);
  if (options.certificateAuthority === undefined && !existsSync(certFile)) return undefined;
  const path = options.certificateAuthority === undefined ? certFile : resolve(options.certificateAuthority);
  try {
    const text = readFileSync(path, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${path} holds no certificate in PEM form: ${reason}`, { cause: error });
  }
}

/** Without a slash at the end. */
function parseServer(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`--server has to be a URL like ${defaultServerUrl}, not ${JSON.stringify(text)}`);
  }
  return text.replace(/\/+$/, '');
}
