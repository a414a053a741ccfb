# GNU make. `make help` lists the targets.

SWIFT ?= swift

# What building and testing need from Debian or Ubuntu.
PACKAGES := ca-certificates binutils curl jq libsystemd-dev pkg-config procps \
	python3 python3-pip redis-tools

export DEBIAN_FRONTEND := noninteractive

RELEASE := .build/release/switchyard
DEBUG := .build/debug/switchyard

# Expanded by the recipes that need Swift, so that its absence is one line and not a hundred.
toolchain = $(if $(shell command -v $(SWIFT) 2>/dev/null),,$(error Swift 6.3 or later is not \
	installed; https://www.swift.org/install/linux/ says how to get it))

.PHONY: help setup build run test lint tsan check-links
.DEFAULT_GOAL := help

help:
	@echo 'make build        build $(RELEASE), linked statically with Swift'
	@echo 'make run          run a demonstration; with DAEMON_HOME set, the node that is there'
	@echo 'make run ONCE=1   the same, and end after one upgrade'
	@echo 'make test         install what is missing and run the tests'
	@echo 'make lint         check the format of the sources'
	@echo 'make tsan         run the tests of the supervisor under the thread sanitizer'
	@echo 'make check-links  check that no large library has crept in'
	@echo 'make setup        install the packages that building and testing need'

setup:
	@sh Scripts/setup $(PACKAGES)

build: setup
	$(toolchain)@$(SWIFT) build --configuration release --static-swift-stdlib

run: build
	@if [ -n "$$DAEMON_HOME" ]; then exec $(RELEASE) run start; fi; ONCE=$(ONCE) exec sh Scripts/demo

test: setup
	@sh Scripts/fetch-redis
	$(toolchain)@$(SWIFT) test

lint:
	$(toolchain)@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

# The supervisor alone: the others start the real executable, which the sanitizer slows down.
tsan: setup
	$(toolchain)@$(SWIFT) test --sanitize=thread --scratch-path .build-tsan --filter SupervisorTests

# Looks at the debug build: the release holds Swift's libraries in itself, where readelf cannot
# see them.
check-links: setup
	$(toolchain)@$(SWIFT) build --product switchyard
	@if readelf -d $(DEBUG) | grep -E 'NEEDED.*(libFoundation\.so|FoundationInternational|FoundationICU|libcurl|libarchive)'; \
	then echo '$(DEBUG) must not need these libraries' >&2; exit 1; fi
