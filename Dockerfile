# Build: everything that needs a toolchain.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npx --yes bun@1.4.5 install --frozen-lockfile && npx --yes bun@1.4.5 run build

# Run: one program and a user that is not root.
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group --create-home --home-dir /data monozu
COPY --from=build /src/dist/monozu /usr/local/bin/monozu
USER monozu
WORKDIR /data
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
EXPOSE 8000 8080 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["monozu", "doctor", "--ready"]
ENTRYPOINT ["monozu"]
CMD ["up"]
