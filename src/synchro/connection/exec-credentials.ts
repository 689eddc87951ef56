import { spawn } from 'node:child_process';
import type { ClusterTarget, ExecPlugin } from './cluster-target.js';
import { ConnectionError } from './connection-error.js';
import type { CredentialSource, Credentials } from './credentials.js';

const deadline = 60_000;
const outputBytes = 1 << 20;
/** Renewed this much before it ends, so that no request is under way with a token that just ended. */
const margin = 10_000;

interface Held {
  readonly credentials: Credentials;
  readonly expires: number;
}

/** Credentials of a program, kept until they end or the server does not accept them any more, as kubectl does. */
export function createExecCredentials(plugin: ExecPlugin, target: ClusterTarget, now: () => number): CredentialSource {
  let held: Promise<Held> | undefined;
  let expires = Number.POSITIVE_INFINITY;
  let renewedAt = Number.NEGATIVE_INFINITY;
  return {
    async current() {
      if (held === undefined || now() >= expires) {
        held = runPlugin(plugin, target);
        expires = Number.POSITIVE_INFINITY;
      }
      try {
        const { credentials, expires: end } = await held;
        expires = end;
        return credentials;
      } catch (error) {
        held = undefined;
        throw error;
      }
    },
    renew() {
      // A program that gives what is not accepted is not run for every request.
      if (now() - renewedAt < margin) return false;
      renewedAt = now();
      held = undefined;
      return true;
    },
  };
}

async function runPlugin(plugin: ExecPlugin, target: ClusterTarget): Promise<Held> {
  const output = await run(plugin, { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: describe(plugin, target) });
  let status: Record<string, unknown>;
  try {
    const { kind, status: found } = JSON.parse(output) as { kind?: unknown; status?: unknown };
    if (kind !== 'ExecCredential' || typeof found !== 'object' || found === null) throw new Error('no status');
    status = found as Record<string, unknown>;
  } catch {
    throw failure(plugin, 'expected an ExecCredential with a status as JSON, found something else');
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  const isToken = typeof token === 'string' && token !== '';
  const isPair = typeof clientCertificateData === 'string' && typeof clientKeyData === 'string';
  if (!isToken && !isPair) throw failure(plugin, 'expected a token or a certificate with its key, found neither');
  const end = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    credentials: {
      headers: isToken ? { authorization: `Bearer ${token}` } : {},
      ...(isPair ? { certificate: clientCertificateData, key: clientKeyData } : {}),
    },
    expires: Number.isNaN(end) ? Number.POSITIVE_INFINITY : end - margin,
  };
}

function describe({ apiVersion, provideClusterInfo }: ExecPlugin, { server, tls }: ClusterTarget): string {
  const cluster = {
    server,
    ...(tls?.serverName === undefined ? {} : { 'tls-server-name': tls.serverName }),
    ...(tls?.skipVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(tls?.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
  };
  const spec = { interactive: false, ...(provideClusterInfo ? { cluster } : {}) };
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
}

function run(plugin: ExecPlugin, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command, plugin.args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: deadline });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
      if (output.length > outputBytes) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      complaint = (complaint + piece).slice(-1000);
    });
    child.on('error', (error) => {
      const hint = plugin.installHint === undefined ? '' : `; ${plugin.installHint.trim()}`;
      reject(failure(plugin, `${error.message}${hint}`));
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const end = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      const said = complaint.trim().split('\n').at(-1) ?? '';
      reject(failure(plugin, said === '' ? end : `${end}: ${said}`));
    });
  });
}

function failure({ command }: ExecPlugin, reason: string): ConnectionError {
  return new ConnectionError('credentials', `the exec plugin ${command} gave no credentials: ${reason}`);
}
