import type { IncomingMessage } from 'node:http';

/** Bytes up to which an answer is not worth compressing: those of a kube-apiserver. */
export const compressionThreshold = 128 * 1024;

/** As a kube-apiserver: the least work, which gives most of the gain. */
export const compressionLevel = 1;

export const compressionHeaders = Object.freeze({ 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });

/** Whether to compress an answer of so many bytes, or one that begins with so many. */
export function shouldCompress(request: IncomingMessage, size: number): boolean {
  return size > compressionThreshold && request.method !== 'HEAD' && acceptsGzip(request);
}

/** Whether a client takes gzip, read as a kube-apiserver does: it has to stand there by its name, without a quality. */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  const encodings = headers['accept-encoding'];
  if (encodings === undefined) return false;
  return String(encodings)
    .split(',')
    .some((encoding) => encoding.trim() === 'gzip');
}
