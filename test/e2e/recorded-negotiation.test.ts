import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { readRecording } from '../support/recordings.js';
import { serveRecording } from '../support/serve-recording.js';

interface RecordedAnswer {
  readonly name: string;
  readonly path: string;
  readonly accept: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

describe('answers to Accept headers, as a kube-apiserver gave them', () => {
  const server = serveRecording('memory');

  it.each(readRecording<readonly RecordedAnswer[]>('negotiation.json'))('$name', async (recorded) => {
    const answer = await ask(server.cluster + recorded.path, recorded.accept);
    expect(answer).toEqual({
      status: recorded.status,
      contentType: recorded.contentType,
      body: asServed(recorded.body),
    });
  });
});

/** We have no Protocol Buffers, and no names of Go; managedFields are not kept, and an annotation is added. */
function asServed(body: string): string {
  return body
    .replaceAll(/, application\/vnd\.kubernetes\.protobuf(?:;stream=watch)?/g, '')
    .replaceAll('(*core.', '(')
    .replace(/ {2}managedFields:\n(?: {2}[- ].*\n)+/, '')
    .replace(/^metadata:\n/m, 'metadata:\n  annotations:\n    shadow.clusterpedia.io/cluster-name: alpha\n');
}

/** With this Accept header as it stands, an empty one too. */
function ask(url: string, accept: string): Promise<{ status: number; contentType: string; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { accept }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const contentType = response.headers['content-type'] ?? '';
        resolve({ status: response.statusCode ?? 0, contentType, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
