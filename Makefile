# GNU make. `make help` lists the targets.

SWIFT ?= swift

# What building and testing need from Debian or Ubuntu.
PACKAGES := ca-certificates binutils curl gcc g++ jq libarchive-dev libcurl4-openssl-dev \
	libseccomp-dev libsystemd-dev libtomlplusplus-dev pkg-config procps prometheus \
	python3 python3-pip python3-prometheus-client python3-venv redis-tools systemd mount \
	util-linux nginx-light openssh-client stunnel4 openssl dbus-daemon chromium

export DEBIAN_FRONTEND := noninteractive

RELEASE := .build/release/switchyard
DEBUG := .build/debug/switchyard

# Expanded by the recipes that need Swift, so that its absence is one line and not a hundred.
toolchain = $(if $(shell command -v $(SWIFT) 2>/dev/null),,$(error Swift 6.3 or later is not \
	installed; https://www.swift.org/install/linux/ says how to get it))

# The C programs of the benchmark; Swift brings a clang where there is no other compiler.
BENCH_CC ?= $(or $(shell command -v cc 2>/dev/null),clang)
BENCH_PROGRAMS := $(addprefix .build/release/bench-,daemon floor clients)

# Of `make bench`: how many runs of each story, seconds of idling, real-time priority or not.
RUNS := 100
IDLE := 60
RT := 0
# Of `make fuzz`: seconds for each, and which, by the names of their corpora.
FUZZ_SECONDS := 60
FUZZ_TARGETS := $(notdir $(wildcard Tests/Fuzz/corpus/*))
# Of `make leaks`: what the numbers of restarts and upgrades are divided by.
SCALE := 1

.PHONY: help setup build run test lint tsan fuzz check-links bench bench-transfers leaks openapi
.DEFAULT_GOAL := help

help:
	@echo 'make build        build $(RELEASE), linked statically with Swift'
	@echo 'make run          run a demonstration; with DAEMON_HOME set, the node that is there'
	@echo 'make run ONCE=1   the same, and end after one upgrade'
	@echo 'make test         install what is missing and run the tests'
	@echo 'make lint         check the format of the sources'
	@echo 'make tsan         run the tests of the supervisor under the thread sanitizer'
	@echo 'make fuzz         fuzz the parsers of what comes from outside; FUZZ_SECONDS=60 for each'
	@echo 'make bench        measure it, beside a floor in C; RUNS=100 IDLE=60, RT=1 for real time'
	@echo 'make bench-transfers   of that, how fast a binary comes in'
	@echo 'make leaks        look for leaks over 10,000 restarts, 1,000 upgrades; SCALE=10: a tenth'
	@echo 'make check-links  check that no large library has crept in'
	@echo 'make openapi      take a change of openapi.yaml into the sources'
	@echo 'make setup        install the packages that building and testing need'

setup:
	@sh Scripts/setup $(PACKAGES)

build: setup
	$(toolchain)@$(SWIFT) build --configuration release --static-swift-stdlib

run: build
	@if [ -n "$$DAEMON_HOME" ]; then exec $(RELEASE) run start; fi; ONCE=$(ONCE) exec sh Scripts/demo

# One after the other: those with whole nodes and whole machines take all the processor there is,
# and the others are about moments. A few nodes at a time: with a hundred, none gets its turn.
test: setup
	@sh Scripts/fetch-redis
	@sh Scripts/fetch-schemathesis
	@sh Scripts/fetch-grpc
	$(toolchain)@$(SWIFT) build --build-tests
	@$(SWIFT) test --skip-build --skip 'EndToEndTests|SystemdTests'
	@SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 \
		$(SWIFT) test --skip-build --filter EndToEndTests
	@$(SWIFT) test --skip-build --filter SystemdTests

lint:
	$(toolchain)@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Bench

# The supervisor alone: the others start the real executable, which the sanitizer slows down.
tsan: setup
	$(toolchain)@$(SWIFT) test --sanitize=thread --scratch-path .build-tsan --filter SupervisorTests

# Two at once: more would only share the two cores that every machine here has.
fuzz: setup
	$(toolchain)@SWITCHYARD_FUZZ=1 $(SWIFT) build --product Fuzz --sanitize fuzzer \
		--scratch-path .build-fuzz
	@printf '%s\n' $(FUZZ_TARGETS) | FUZZ_SECONDS=$(FUZZ_SECONDS) xargs -P 2 -n 1 sh Scripts/fuzz

# The executable holds the description as JSON, so that it needs no parser of YAML; a test fails when
# the two differ.
openapi: setup
	$(toolchain)@SWITCHYARD_WRITE_OPENAPI=1 $(SWIFT) test --filter 'the source file is written anew'

# Looks at the debug build: the release holds Swift's libraries in itself, where readelf cannot
# see them.
check-links: setup
	$(toolchain)@$(SWIFT) build --product switchyard
	@if readelf -d $(DEBUG) | grep -E 'NEEDED.*(libFoundation\.so|FoundationInternational|FoundationICU|libcurl|libarchive)'; \
	then echo '$(DEBUG) must not need these libraries' >&2; exit 1; fi

bench: build $(BENCH_PROGRAMS)
	@.build/release/Bench bench runs=$(RUNS) idle=$(IDLE) rt=$(RT)

bench-transfers: build $(BENCH_PROGRAMS)
	@.build/release/Bench transfers runs=$(RUNS) rt=$(RT)

leaks: build $(BENCH_PROGRAMS)
	@.build/release/Bench leaks scale=$(SCALE)

# Static, so that their start is the kernel's work and not a dynamic linker's.
.build/release/bench-%: Bench/Programs/%.c Bench/Programs/event.h | build
	@$(BENCH_CC) -O2 -Wall -Wextra -Werror -static -o $@ $<
