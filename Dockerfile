# First stage: builds the service with Debian's packages. Second stage: only the program and its libraries, not run as root.
FROM debian:bookworm-slim AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make >/dev/null
WORKDIR /src
COPY . .
RUN make deps && cmake --preset release -DBUILD_TESTING=OFF && cmake --build build/release --target stock-service

FROM debian:bookworm-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends \
      libcpp-httplib0.11 libcurl4 libprometheus-cpp-core1.0 libyaml-cpp0.7 libspdlog1.10 libdate-tz3 libsqlite3-0 libpq5 zlib1g ca-certificates tzdata >/dev/null \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/stock-service --create-home stock-service
COPY --from=build /src/build/release/bin/stock-service /usr/local/bin/stock-service
USER stock-service
ENV STOCK_SERVICE_HOST=0.0.0.0 STOCK_SERVICE_PORT=8080
EXPOSE 8080
# The image has no curl; bash can send an HTTP request.
HEALTHCHECK --interval=10s --timeout=2s --start-period=5s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/$STOCK_SERVICE_PORT && printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["stock-service"]
