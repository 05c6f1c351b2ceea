# Every target has a one-line description for `make help` and delegates to CMake, CTest or a script next to its subject.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
RELEASE := build/release
PREFIX ?= /usr/local
export CTEST_OUTPUT_ON_FAILURE ?= 1

BUILD_PACKAGES := g++ cmake ninja-build pkg-config libcpp-httplib-dev libcurl4-openssl-dev libssl-dev zlib1g-dev nlohmann-json3-dev \
  prometheus-cpp-dev libyaml-cpp-dev libcli11-dev libspdlog-dev libexpected-dev libgtest-dev libgmock-dev \
  librapidcheck-dev libhowardhinnant-date-dev libsqlite3-dev libpq-dev python3 ca-certificates tzdata
# Servers that the tests start on the loopback.
TEST_SERVERS := postgresql-15 postgresql-client-15
FUZZ_PACKAGES := $(BUILD_PACKAGES) clang-14 libclang-rt-14-dev
LINT_PACKAGES := $(BUILD_PACKAGES) clang-14 clang-tidy-14 clang-format-14 doxygen

# Installs the packages that are missing. $(1): packages
define ensure
	@.ci/install-missing $(1)
endef

# Unpacks packages with daemons for the sake of their programs, without installing them. $(1): packages
define unpack
	@.ci/unpack-tools $(1)
endef

# Configures the first time, then builds. $(1): preset  $(2): targets; empty for all
define build
	@[ -f build/$(1)/build.ninja ] || cmake --preset $(1) --log-level=WARNING >/dev/null
	@cmake --build build/$(1) -j $(JOBS) $(if $(2),--target $(2))
endef

# Tests that compile programs of their own, which no sanitizer of the tree affects.
COMPILING_TESTS := '^Circuitbreaker(Package|Misuse)[.]'

# $(1): preset  $(2): more ctest options
define run_tests
	@ctest --test-dir build/$(1) -j $(JOBS) --no-tests=error $(2)
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install the packages that building and testing need
	$(call ensure,$(BUILD_PACKAGES))

.PHONY: build
build: deps ## build the programs, the library and the tests into build/release
	$(call build,release)

.PHONY: run
run: deps ## serve on port 8080: Alpha Vantage if ALPHAVANTAGE_API_KEY is set, else the built-in simulator
	$(call build,release,stock-service)
	@if [ -n "$${ALPHAVANTAGE_API_KEY:-}" ]; then exec $(RELEASE)/bin/stock-service; \
	else echo "ALPHAVANTAGE_API_KEY is not set: serving invented quotes from the built-in simulator (--demo)."; \
	  exec $(RELEASE)/bin/stock-service --demo; fi

.PHONY: test
test: build ## run every unit and integration test, against real SQLite and PostgreSQL
	$(call unpack,$(TEST_SERVERS))
	$(call run_tests,release)

.PHONY: test-integration
test-integration: build ## run only the tests that drive the real programs over the loopback interface
	$(call unpack,$(TEST_SERVERS))
	$(call run_tests,release,-R '^Integration')

.PHONY: stress-test
stress-test: deps ## rehearse an outage and the recovery from it under load; fails if a promise is broken
	$(call build,release,stock-service alphavantage-simulator stress-test)
	@$(RELEASE)/bin/stress-test

.PHONY: bench-http
bench-http: deps ## compare the service with nginx, unmodified cpp-httplib and a minimal event loop, on one core each
	$(call unpack,wrk libluajit-5.1-2 libluajit-5.1-common nginx)
	$(call build,release,stock-service alphavantage-simulator http-bench bench-closed-loop bench-bare-server bench-stock-server)
	@$(RELEASE)/bin/http-bench

.PHONY: bench-freshness
bench-freshness: deps ## compare the refresh planner with the best possible schedule, through simulated weeks
	$(call build,release,bench-freshness)
	@mkdir -p build/bench && $(RELEASE)/bin/bench-freshness --svg build/bench/freshness.svg

.PHONY: asan
asan: deps ## run the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(call unpack,$(TEST_SERVERS))
	$(call build,asan)
	$(call run_tests,asan,-E $(COMPILING_TESTS))

.PHONY: tsan
tsan: deps ## run the tests under ThreadSanitizer
	$(call unpack,$(TEST_SERVERS))
	$(call build,tsan)
	$(call run_tests,tsan,-E $(COMPILING_TESTS))

.PHONY: fuzz
fuzz: ## fuzz the classifier of upstream responses; FUZZ_SECONDS=60
	$(call ensure,$(FUZZ_PACKAGES))
	$(call build,fuzz,classify_fuzz)
	@tests/fuzz/run

.PHONY: bench
bench: deps ## measure the cost of a call through the breaker, next to yardsticks in the same run
	$(call ensure,libbenchmark-dev)
	@cmake --preset release --log-level=WARNING >/dev/null
	$(call build,release,circuitbreaker_bench)
	@circuitbreaker/bench/run $(RELEASE)/bin/circuitbreaker_bench

.PHONY: model-check
model-check: ## verify the breaker's protocol with spin, and that spin detects deliberate mistakes in it
	$(call ensure,spin gcc libc6-dev)
	@circuitbreaker/model/check

.PHONY: mutants
mutants: deps ## check that the breaker's tests detect each of a list of deliberate mistakes (takes minutes)
	@tests/circuitbreaker/mutants

.PHONY: lint
lint: ## check the format, the documentation of public headers, and clang-tidy's findings
	$(call ensure,$(LINT_PACKAGES))
	@.ci/lint

.PHONY: format
format: ## reformat every source file
	$(call ensure,clang-format-14)
	@git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

.PHONY: check-alerts
check-alerts: build ## test with promtool that the alerting rules fire, stay silent and resolve, and use only exported metrics
	$(call ensure,curl)
	$(call unpack,prometheus)
	@tests/alerts/check build/tools/usr/bin/promtool $(RELEASE)/bin/stock-service

.PHONY: check-readme
check-readme: build ## run the README's examples and compare their output
	$(call ensure,python3 curl)
	@tests/readme/check README.md $(RELEASE)/bin/stock-service

.PHONY: check-debian13
check-debian13: deps ## build and test the users of cpp-httplib against Debian 13's version
	@.ci/check-debian13

.PHONY: check-openapi
check-openapi: build ## check every response of the integration tests against /openapi.json, and the simulator with an independent client
	@command -v npm >/dev/null || .ci/install-missing nodejs npm
	$(call unpack,$(TEST_SERVERS))
	@tests/openapi/run $(RELEASE)

.PHONY: check-calendars
check-calendars: deps ## compare the computed US holidays of a century with an independent implementation
	@command -v npm >/dev/null || .ci/install-missing nodejs npm
	$(call build,release,print-holidays)
	@tests/calendars/run $(RELEASE)

.PHONY: check
check: lint model-check check-alerts check-readme check-openapi check-calendars check-debian13 ## run the checks that CI adds to the tests: lint and external tools

.PHONY: install
install: deps ## install the programs and the circuitbreaker library below PREFIX=/usr/local (honours DESTDIR)
	$(call build,release,stock-service alphavantage-simulator circuitbreaker)
	@cmake --install $(RELEASE) --prefix $(PREFIX)

.PHONY: docker
docker: ## build the container image stock-service with docker, buildah or podman
	@.ci/build-image

.PHONY: clean
clean: ## remove all build output
	@rm -rf build
