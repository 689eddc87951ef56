import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, type Registry } from 'prom-client';
import type { AuditSettings } from '../../config/audit-settings.js';
import type { Status } from '../../kube/status.js';
import type { Logger } from '../../telemetry/logger.js';
import { callers } from '../auth/guard.js';
import { anonymousUser } from '../auth/user.js';
import type { RequestTarget } from '../request-path.js';
import { auditVerb, objectReference } from './audit-attributes.js';
import { type AuditEvent, type AuditStage, type AuditUser, microTime } from './audit-event.js';
import type { AuditSink } from './audit-sink.js';
import { openFileSink } from './file-sink.js';
import { sourceAddresses } from './source-addresses.js';
import { createStreamSink } from './stream-sink.js';

/** Records who asked for what, and what came of it. */
export interface AuditLog {
  /** The record is written when the answer is out, or broke off. */
  begin(request: IncomingMessage, response: ServerResponse, asked: AuditedRequest): void;
  close(): Promise<void>;
}

export interface AuditedRequest {
  readonly target: RequestTarget;
  /** Without the question mark. */
  readonly query: string;
}

/** What is known of a request by those who answer it, to be recorded with it. */
export interface AuditRecord {
  /** Somebody may ask this, for a reason that may be ''. */
  allowed(reason: string): void;
  /** The failure that is answered. */
  failed(status: Status): void;
  /** The answer has begun, and may go on for long. */
  started(): void;
}

export interface AuditLogOptions extends AuditSettings {
  readonly logger: Logger;
  readonly registry: Registry;
}

const records = new WeakMap<ServerResponse, AuditRecord>();
const longestUserAgent = 1024;
/** Milliseconds between two lines of the server's log about lines that were lost. */
const complaintInterval = 30_000;
const closePatience = 5000;

/** The record of a request, to say what was decided; undefined when it is not recorded. */
export function auditRecordOf(response: ServerResponse): AuditRecord | undefined {
  return records.get(response);
}

/** Rejects with a ConfigError when there is no way to write. */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { path, logger, registry } = options;
  const written = new Counter({
    name: 'clusterdex_audit_events_total',
    help: 'Events of the audit log, those that were lost among them.',
    registers: [registry],
  });
  const lines = new Counter({
    name: 'clusterdex_audit_events_lost_total',
    help: 'Events that could not be written to the audit log.',
    registers: [registry],
  });
  let complainedAt = Number.NEGATIVE_INFINITY;
  function lost(count: number, error: unknown): void {
    lines.inc(count);
    if (performance.now() - complainedAt < complaintInterval) return;
    complainedAt = performance.now();
    logger.error({ err: error, path }, 'the audit log cannot be written: requests are answered, and not recorded');
  }
  const sink: AuditSink =
    path === '-' ? createStreamSink(process.stdout, { lost }) : await openFileSink({ ...options, lost });

  return {
    begin(request, response, asked) {
      if (asked.target.kind === 'health') return;
      const write = (event: AuditEvent) => {
        written.inc();
        sink.write(`${JSON.stringify(event)}\n`);
      };
      records.set(response, follow(request, response, { ...asked, write }));
    },
    close: () => Promise.race([sink.close(), new Promise<void>((end) => setTimeout(end, closePatience).unref())]),
  };
}

function follow(
  request: IncomingMessage,
  response: ServerResponse,
  { target, query, write }: AuditedRequest & { readonly write: (event: AuditEvent) => void },
): AuditRecord {
  const { method = 'GET', url = '', headers } = request;
  const received = Date.now();
  const auditID = readAuditId(headers['audit-id']) ?? randomUUID();
  const sourceIPs = sourceAddresses(request);
  const userAgent = shorten(headers['user-agent'] ?? '');
  const verb = auditVerb(method, target, query);
  const objectRef = objectReference(target);
  const annotations: Record<string, string> = {};
  let failure: Status | undefined;
  if ('cluster' in target && target.cluster !== undefined) annotations['clusterpedia.io/cluster'] = target.cluster;
  response.setHeader('Audit-Id', auditID);

  function tell(stage: AuditStage): void {
    const { status, message, reason, details } = failure ?? {};
    write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID,
      stage,
      requestURI: url,
      verb,
      user: userOf(request),
      ...(sourceIPs.length === 0 ? {} : { sourceIPs }),
      ...(userAgent === '' ? {} : { userAgent }),
      ...(objectRef === undefined ? {} : { objectRef }),
      responseStatus: {
        metadata: {},
        ...(failure === undefined ? {} : { status, message, reason, details }),
        // Node keeps 200 for an answer that never began.
        code: response.headersSent ? response.statusCode : 0,
      } as AuditEvent['responseStatus'],
      requestReceivedTimestamp: microTime(received),
      stageTimestamp: microTime(Date.now()),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    });
  }

  let isWhole = false;
  response.once('finish', () => {
    isWhole = true;
  });
  response.once('close', () => {
    if (!isWhole) annotations['clusterpedia.io/answer'] = response.headersSent ? 'broken off' : 'none';
    tell('ResponseComplete');
  });
  return {
    allowed(reason) {
      annotations['authorization.k8s.io/decision'] = 'allow';
      annotations['authorization.k8s.io/reason'] = reason;
    },
    failed(status) {
      failure = status;
      if (status.code === 403) annotations['authorization.k8s.io/decision'] = 'forbid';
    },
    started: () => tell('ResponseStarted'),
  };
}

/** Known when the answer begins, whether or not it is one that was hoped for. */
function userOf(request: IncomingMessage): AuditUser {
  const { name: username, uid, groups, extra } = callers.get(request) ?? anonymousUser;
  return { username, ...(uid && { uid }), groups, ...(Object.keys(extra).length > 0 && { extra }) };
}

/** A client, or the kube-apiserver in front, may name it, so that the records of both can be joined. */
function readAuditId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\x21-\x7e]{1,64}$/.test(header) ? header : undefined;
}

function shorten(userAgent: string): string {
  return userAgent.length <= longestUserAgent ? userAgent : `${userAgent.slice(0, longestUserAgent)}...TRUNCATED`;
}
