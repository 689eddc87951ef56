import { compact, type JsonObject } from './json-object.js';

/** An Event of events.k8s.io to core/v1, which is the same object in other words. */
export function eventToCore(event: JsonObject): JsonObject {
  const { eventTime, reason, regarding, note, type, action, related, series, metadata, apiVersion, kind } = event;
  const { reportingController = '', reportingInstance = '' } = event;
  return compact({
    apiVersion,
    kind,
    metadata,
    involvedObject: regarding ?? {},
    reason,
    message: note,
    source: event.deprecatedSource ?? {},
    firstTimestamp: event.deprecatedFirstTimestamp ?? null,
    lastTimestamp: event.deprecatedLastTimestamp ?? null,
    count: event.deprecatedCount,
    type,
    eventTime: eventTime ?? null,
    series,
    action,
    related,
    reportingComponent: reportingController,
    reportingInstance,
  });
}

/** An Event of core/v1 to events.k8s.io/v1. */
export function eventFromCore(event: JsonObject): JsonObject {
  const { apiVersion, kind, metadata, eventTime, series, reportingComponent, reportingInstance, action, reason } =
    event;
  const { involvedObject, related, message, type, source, firstTimestamp, lastTimestamp, count } = event;
  return compact({
    apiVersion,
    kind,
    metadata,
    eventTime: eventTime ?? null,
    series,
    reportingController: reportingComponent || undefined,
    reportingInstance: reportingInstance || undefined,
    action,
    reason,
    regarding: involvedObject,
    related,
    note: message,
    type,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp ?? null,
    deprecatedLastTimestamp: lastTimestamp ?? null,
    deprecatedCount: count,
  });
}
