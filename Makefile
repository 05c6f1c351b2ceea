# A thin front: every target says in one line what it does, and leaves the work to CMake, CTest or a script beside its subject.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
RELEASE := build/release
PREFIX ?= /usr/local
export CTEST_OUTPUT_ON_FAILURE ?= 1

BUILD_PACKAGES := g++ cmake ninja-build pkg-config libcpp-httplib-dev libcurl4-openssl-dev libssl-dev zlib1g-dev nlohmann-json3-dev \
  prometheus-cpp-dev libyaml-cpp-dev libcli11-dev libspdlog-dev libexpected-dev libgtest-dev libgmock-dev \
  librapidcheck-dev libhowardhinnant-date-dev ca-certificates tzdata
FUZZ_PACKAGES := $(BUILD_PACKAGES) clang-14 libclang-rt-14-dev
LINT_PACKAGES := $(BUILD_PACKAGES) clang-14 clang-tidy-14 clang-format-14

# $(1): packages
define ensure
	@.ci/install-missing $(1)
endef

# $(1): packages that bring a daemon, wanted for their programs only
define unpack
	@.ci/unpack-tools $(1)
endef

# Configures once, then builds. $(1): preset  $(2): targets, empty for all
define build
	@[ -f build/$(1)/build.ninja ] || cmake --preset $(1) --log-level=WARNING >/dev/null
	@cmake --build build/$(1) -j $(JOBS) $(if $(2),--target $(2))
endef

define run_tests
	@ctest --test-dir build/$(1) -j $(JOBS) --no-tests=error $(2)
endef

.PHONY: help
help: ## list every target
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install what building and testing need
	$(call ensure,$(BUILD_PACKAGES))

.PHONY: build
build: deps ## build everything that ships, and its tests, into build/release
	$(call build,release)

.PHONY: run
run: deps ## serve on port 8080; with ALPHAVANTAGE_API_KEY set from Alpha Vantage, without it from the built-in simulator
	$(call build,release,stock-service)
	@if [ -n "$${ALPHAVANTAGE_API_KEY:-}" ]; then exec $(RELEASE)/bin/stock-service; \
	else echo "ALPHAVANTAGE_API_KEY is not set: serving made-up quotes from the built-in simulator (--demo)."; \
	  exec $(RELEASE)/bin/stock-service --demo; fi

.PHONY: test
test: build ## run every unit and integration test that needs no external tool
	$(call run_tests,release)

.PHONY: test-integration
test-integration: build ## drive the real binaries over the loopback
	$(call run_tests,release,-R '^Integration')

.PHONY: stress-test
stress-test: deps ## rehearse an outage under load: healthy, failing, healed; fails when a promise breaks
	$(call build,release,stock-service alphavantage-simulator stress-test)
	@$(RELEASE)/bin/stress-test

.PHONY: bench-http
bench-http: deps ## measure the service beside nginx, stock cpp-httplib and a bare loop, one core each
	$(call unpack,wrk libluajit-5.1-2 libluajit-5.1-common nginx)
	$(call build,release,stock-service alphavantage-simulator http-bench bench-closed-loop bench-bare-server bench-stock-server)
	@$(RELEASE)/bin/http-bench

.PHONY: asan
asan: deps ## run the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(call build,asan)
	$(call run_tests,asan)

.PHONY: tsan
tsan: deps ## run the tests under ThreadSanitizer
	$(call build,tsan)
	$(call run_tests,tsan)

.PHONY: fuzz
fuzz: ## look for bytes that the classifier of upstream answers mistakes; FUZZ_SECONDS=60
	$(call ensure,$(FUZZ_PACKAGES))
	$(call build,fuzz,classify_fuzz)
	@tests/fuzz/run

.PHONY: bench
bench: deps ## measure what a call through the breaker costs, beside yardsticks of the same run
	$(call ensure,libbenchmark-dev)
	@cmake --preset release --log-level=WARNING >/dev/null
	$(call build,release,circuitbreaker_bench)
	@circuitbreaker/bench/run $(RELEASE)/bin/circuitbreaker_bench

.PHONY: model-check
model-check: ## prove the breaker's protocol with spin, and that mistakes in it would be found
	$(call ensure,spin gcc libc6-dev)
	@circuitbreaker/model/check

.PHONY: mutants
mutants: deps ## break the breaker on purpose, mistake by mistake: its tests must notice each (minutes)
	@tests/circuitbreaker/mutants

.PHONY: lint
lint: ## check format, the dependency rule and clang-tidy's findings
	$(call ensure,$(LINT_PACKAGES))
	@.ci/lint

.PHONY: format
format: ## reformat every source file
	$(call ensure,clang-format-14)
	@git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

.PHONY: check-alerts
check-alerts: build ## prove the alerting rules with promtool: fire, stay quiet, resolve, and name only what is exported
	$(call ensure,curl)
	$(call unpack,prometheus)
	@tests/alerts/check build/tools/usr/bin/promtool $(RELEASE)/bin/stock-service

.PHONY: check-readme
check-readme: build ## run the README's examples and compare what they print
	$(call ensure,python3 curl)
	@tests/readme/check README.md $(RELEASE)/bin/stock-service

.PHONY: check-debian13
check-debian13: deps ## build and test the connection layer against Debian 13's cpp-httplib
	@.ci/check-debian13

.PHONY: check-openapi
check-openapi: build ## hold every answer of the integration tests to /openapi.json, and the simulator to an independent client
	@command -v npm >/dev/null || .ci/install-missing nodejs npm
	@tests/openapi/run $(RELEASE)

.PHONY: check
check: lint model-check check-alerts check-readme check-openapi check-debian13 ## what CI adds to the tests: lint and the external tools

.PHONY: install
install: deps ## install the programs and the circuitbreaker library below PREFIX=/usr/local (DESTDIR is kept to)
	$(call build,release,stock-service alphavantage-simulator circuitbreaker)
	@cmake --install $(RELEASE) --prefix $(PREFIX)

.PHONY: docker
docker: ## build the image stock-service, with docker, buildah or podman
	@.ci/build-image

.PHONY: clean
clean: ## remove everything that was built
	@rm -rf build
