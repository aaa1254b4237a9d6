FROM node:24-slim AS dependencies
WORKDIR /pigeon
COPY package.json package-lock.json ./
# The optional dependencies are Node itself, which the image has.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 SANDBOX=off DATA_DIR=/data DRAIN_DELAY_MS=5000
WORKDIR /pigeon
RUN mkdir /data .compiled && chown node:node /data .compiled
COPY --from=dependencies /pigeon/node_modules node_modules
COPY package.json ./
COPY schema schema
COPY src src
# By its number, so that Kubernetes can see that it is not root; it is the image's user `node`.
USER 1000:1000
# All code is compiled here once, for every start.
ENV NODE_COMPILE_CACHE=/pigeon/.compiled
RUN ["node", "--input-type=module", "-e", "await import('/pigeon/src/start.ts'); await import('/pigeon/src/redis.ts')"]
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "src/main.ts"]
