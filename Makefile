# The two commands of the README and what a contributor needs beside them; `make help` lists them.
# Everything real is in CMake and scripts/: this file only puts the steps in order.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup configure command build install package study test test-python format sanitize tsan clean
PREFIX ?= /usr/local

# Ninja shows a moving line on a terminal; elsewhere (CI, a log) it stays silent unless something fails.
NINJA := $(shell [ -t 1 ] && echo ninja || echo ninja --quiet)

# Those whose code starts threads of its own.
THREADED_ROOMS := base tool lsp study

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

setup: ## Install missing Debian packages, after saying which
	@scripts/setup.sh

configure: setup
	@scripts/configure.sh release

# What the command is built from, and not what the tests need.
command:
	@scripts/setup.sh study
	@scripts/configure.sh command

build: command ## Install what the command is built from, and build it: build/gradus
	@echo "build: compiling (minutes the first time)"
	@$(NINJA) -C build gradus
	@echo "build: done, the command is build/gradus"

install: command ## Build and install: make install PREFIX=~/.local (DESTDIR= for packagers)
	@$(NINJA) -C build installed
	@DESTDIR="$(DESTDIR)" cmake --install build --prefix "$(PREFIX)" >/dev/null
	@echo "install: done, the command is $(DESTDIR)$(PREFIX)/bin/gradus"

package: command ## Build build/gradus_*.deb and build/gradus-dev_*.deb
	@$(NINJA) -C build installed
	@cd build && cpack -G DEB >cpack.log || { cat cpack.log; exit 3; }
	@ls build/*.deb

study: build ## Build, run the main study, print the verdict and the path of the report
	@build/gradus study studies/clean_code.toml

test: configure ## Set up, build everything, run every test
	@echo "test: compiling (minutes the first time)"
	@$(NINJA) -C build
	@scripts/run_tests.py build --web

test-python: setup ## Build the Python module's wheel and test it in a fresh virtual environment (fetches packages)
	@scripts/test_python.sh

sanitize: setup ## Tests of the rooms without libtorch under AddressSanitizer and UBSan
	@scripts/configure.sh asan
	@$(NINJA) -C build-asan
	@scripts/run_tests.py build-asan

tsan: setup ## Tests of the rooms with threads under ThreadSanitizer
	@scripts/configure.sh tsan
	@$(NINJA) -C build-tsan gradus-jail $(addprefix test_,$(THREADED_ROOMS))
	@scripts/run_tests.py build-tsan --rooms $(THREADED_ROOMS)

format: ## Format every C++ file in place
	@git ls-files '*.h' '*.cc' | xargs --no-run-if-empty clang-format -i

clean: ## Remove everything that was built
	@rm -rf build build-debug build-asan build-tsan build-notorch build-fuzz build-python
