import type { Random } from '../support/random.js';

const path = '/apis/clusterpedia.io/v1beta1/resources/api/v1/pods';
const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const host = 'Host: localhost\r\n';

/** What is no HTTP, or is read otherwise by whoever stands in front: desynchronised bodies, lengths that lie, endless heads. */
export function drawBrokenHttp(random: Random): Buffer {
  return random.pick(kinds)(random);
}

const kinds: readonly ((random: Random) => Buffer)[] = [
  (random) => Buffer.from(Array.from({ length: 1 + random.integer(600) }, () => random.integer(256))),
  () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'),
  () => Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x00, 0xa1, 0x03, 0x03]),
  () => Buffer.from(`GET ${path}\r\n`),
  (random) => text(`GET ${path} HTTP/${random.pick(['0.9', '1.2', '2.0', '3', '1', 'x', '1.1.1'])}\r\n${host}\r\n`),
  (random) => text(`GET ${path} HTTP/1.1${random.pick(['\n', '\r', '\r\r\n', '\n\r'])}${host}\r\n`),
  () => text(`GET ${path} HTTP/1.1\r\n${host}`),
  () => text(`GET ${path} HTTP/1.1\r\n${host} folded: x\r\n\tmore\r\n\r\n`),
  () => text(`GET ${path} HTTP/1.1\r\n${host}NoColon\r\n\r\n`),
  () => text(`GET ${path} HTTP/1.1\r\n${host}${host}Host: evil.example\r\n\r\n`),
  (random) =>
    text(
      `POST ${review} HTTP/1.1\r\n${host}Content-Length: ${random.pick(['-1', '1e3', '+5', '5, 6', '99999999999999999999', '0x5', ''])}\r\n\r\nabcde`,
    ),
  () =>
    text(
      `POST ${review} HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n${host}\r\n`,
    ),
  (random) =>
    text(
      `POST ${review} HTTP/1.1\r\n${host}Transfer-Encoding: ${random.pick(['chunked, chunked', 'xchunked', 'gzip', '\tchunked', 'identity', 'chunked;x'])}\r\n\r\n0\r\n\r\n`,
    ),
  (random) =>
    text(
      `POST ${review} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${random.pick(['zz', '-1', 'fffffffffffffffff', '5;ext="\r', ''])}\r\nabcde\r\n0\r\n\r\n`,
    ),
  () => text(`POST ${review} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX0\r\n\r\n`),
  () => text(`POST ${review} HTTP/1.1\r\n${host}Content-Length: 100\r\n\r\nshort`),
  (random) => text(`GET ${path}?limit=1 HTTP/1.1\r\n${host}\r\n`.repeat(1 + random.integer(40))),
  (random) => text(`GET /${'a/'.repeat(random.pick([10, 60_000, 150_000]))} HTTP/1.1\r\n${host}\r\n`),
  (random) => text(`GET / HTTP/1.1\r\n${host}${'X-Many: y\r\n'.repeat(random.pick([100, 1900, 2100, 30_000]))}\r\n`),
  () => text(`CONNECT localhost:22 HTTP/1.1\r\n${host}\r\n`),
  (random) =>
    text(
      `GET http://${random.pick(['localhost', 'evil.example:1', '', 'a@b', '[::1'])}${path} HTTP/1.1\r\n${host}\r\n`,
    ),
  (random) => text(`OPTIONS ${random.pick(['*', '//', '\\', '?', '#', 'x'])} HTTP/1.1\r\n${host}\r\n`),
  (random) =>
    text(
      `GET ${path}/web/${random.pick(['exec', 'attach', 'portforward', 'log'])} HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: ${random.pick(['websocket', 'SPDY/3.1', 'h2c', 'x, y'])}\r\nSec-WebSocket-Key: x\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n\x81\x85\0\0\0\0`,
    ),
];

function text(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}
