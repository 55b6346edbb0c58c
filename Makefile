# Two commands do everything, the set-up included: `make quickstart` and `make test`.

SWIFT ?= swift
RUN ?= runs/quickstart
export GOMP_SPINCOUNT ?= 0

.PHONY: quickstart test build setup check-structure format clean

quickstart: build
	.build/release/safe-rlhf-v quickstart --output $(RUN)

build: setup
	$(SWIFT) build --configuration release --product safe-rlhf-v

# One test at a time: threads and the kind of matrix products are settings of the whole process.
test: setup check-structure
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --no-parallel

setup:
	scripts/setup

# The arrows between targets are those that docs/architecture.md allows.
check-structure:
	scripts/check_structure

format:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

clean:
	rm -rf .build
