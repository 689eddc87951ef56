import { type Conversion, convertObject } from '../../kube/conversion/convert-object.js';
import type { JsonObject } from '../../kube/conversion/json-object.js';

/** The JSON of an object in another version; items of a list, which say neither apiVersion nor kind, included. */
export function convertJson(json: Uint8Array, conversion: Conversion): Uint8Array {
  const object = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString()) as JsonObject;
  const { apiVersion: _, kind: __, ...converted } = convertObject(object, conversion);
  return Buffer.from(JSON.stringify({ apiVersion: conversion.to, kind: conversion.kind, ...converted }));
}
