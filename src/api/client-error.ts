import type { Socket } from 'node:net';
import { createStatus } from '../kube/status.js';

const answers: Readonly<Record<string, { code: number; phrase: string; message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    code: 431,
    phrase: 'Request Header Fields Too Large',
    message: 'the headers, or the URL, are too long',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 408, phrase: 'Request Timeout', message: 'the request did not arrive in time' },
};
const malformed = { code: 400, phrase: 'Bad Request', message: 'this is no HTTP request' };

/** Answers with a Status what never became a request, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // Not HTTP is what fails, but TLS or the connection: nobody would read an answer.
  if (!/^(?:HPE|ERR_HTTP)_/.test(error.code ?? '')) {
    socket.destroy();
    return;
  }
  const { code, phrase, message } = answers[error.code ?? ''] ?? malformed;
  if (socket.writable && socket.bytesWritten === 0) {
    const body = `${JSON.stringify(createStatus({ code, reason: 'BadRequest', message }))}\n`;
    const head = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
    socket.write(`HTTP/1.1 ${code} ${phrase}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}
