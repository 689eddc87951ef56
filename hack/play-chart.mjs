#!/usr/bin/env node
// The pod of the chart without a cluster: builds the images of the server and of the sample plugin by their Dockerfiles, installs the chart with Helm on
// an API server that has no nodes, plays its job of certificates and its pod by `podman play kube`, and leaves nothing behind: node hack/play-chart.mjs
// [--pull] [--stay]. The images stand on what is on this machine; --pull takes the base images of the Dockerfiles from their registry. --stay keeps the
// pod until Ctrl-C and says how to ask it.
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findHelm, howToHaveHelm } from './helm.mjs';
import { findAssets, howToStart } from './kube-apiserver.mjs';
import { openPodman } from './podman.mjs';
import { prepare, root } from './prepare.mjs';

try {
  const { values } = parseArgs({
    options: { pull: { type: 'boolean', default: false }, stay: { type: 'boolean', default: false } },
  });
  await play(values);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function play({ pull, stay }) {
  prepare();
  const helm = findHelm();
  if (helm === undefined) throw new Error(`there is no Helm: ${howToHaveHelm}`);
  const assets = findAssets();
  if (assets === undefined) throw new Error(`there is no kube-apiserver: ${howToStart}`);
  process.env.KUBEBUILDER_ASSETS = assets;
  const { deviations, playChart } = await import(
    pathToFileURL(join(root, 'dist', 'test', 'image', 'play-chart.js')).href
  );
  const { podman, missing, refusal } = openPodman();
  if (podman === undefined) throw new Error(missing ?? refusal);
  // What is made is removed before the process ends.
  const interrupted = once(process, 'SIGINT');
  try {
    const played = await playChart({ podman, helm, isPulled: pull, say: (line) => console.log(line) });
    try {
      console.log(`\nThe pod is the chart's, but for this:\n${deviations.map((line) => `  ${line}`).join('\n')}\n`);
      console.log(`init container: exit code ${played.exitCode(played.copier)}`);
      console.log(played.execute(played.server, 'clusterdex', 'plugins', 'list'));
      if (stay) {
        console.log(`kubectl --kubeconfig ${played.kubeconfig} get --raw /apis/clusterpedia.io/v1beta1/resources`);
        console.log(`Declare clusters with it as docs/clusters.md says. Ctrl-C ends it.`);
        await interrupted;
      }
      const seconds = played.terminate();
      console.log(`SIGTERM: exit code ${played.exitCode(played.server)} after ${seconds.toFixed(1)} s`);
      if (played.exitCode(played.copier) !== 0 || played.exitCode(played.server) !== 0) process.exitCode = 1;
    } finally {
      await played.close();
    }
  } finally {
    podman.close();
  }
}
