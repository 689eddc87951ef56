# The server as an image. Which storages it holds: --build-arg STORAGES="sqlite postgres". hack/build-image.mjs builds it with what is there.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm
ARG RUNTIME_IMAGE=docker.io/library/node:24-bookworm-slim

# Has a C++ compiler and Python, which SQLite's binding is built with.
FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund && node node_modules/typescript/bin/tsc -b src storage-plugins/*
ARG STORAGES="sqlite memory postgres mysql elasticsearch"
RUN node hack/assemble.mjs /app --storages "${STORAGES}" && /app/bin/clusterdex plugins list && mkdir -p /data

# Needs Node 24 in the PATH, and no shell.
FROM ${RUNTIME_IMAGE}
COPY --from=build /app /app
# A volume that is mounted here for the first time takes this owner.
COPY --from=build --chown=65532:65532 /data /var/lib/clusterdex
ENV NODE_ENV=production \
    PATH=/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/nodejs/bin \
    CLUSTERDEX_DATA_DIR=/var/lib/clusterdex
USER 65532:65532
EXPOSE 8643
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/src/main.js"]
CMD ["--help"]
