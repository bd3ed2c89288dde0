# The whole interface of a contributor. `make` alone lists the targets.
# Each port can be moved, for example: make up RELANCE_BILLING_PORT=9002

PYTHON := .venv/bin/python
DEPLOYED := tests/deploy/chart tests/deploy/watching tests/deploy/nats tests/deploy/tls tests/deploy/smoke tests/deploy/test_linters.py
MAKEFLAGS += --no-print-directory --no-builtin-rules
# Where this is set, each of the many processes would compile all of our code anew, for half a second.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help install demo up down status reset test test-slow test-browser test-speed pictures catalogues check fmt migrate migration schemas replay chaos load runbooks fuzz disaster upgrade replay-histories check-deploy test-smoke golden image test-image bench clean

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## install what is missing into the clone (every target that needs it does it)
	@scripts/bootstrap

demo: install ## see four months of dunning pass in about two minutes
	@$(PYTHON) -m deploy.local.demo

up: install ## start everything on the real clock, for use; Ctrl-C stops it, the data stays
	@$(PYTHON) -m deploy.local up

down: install ## stop what runs, from another terminal
	@$(PYTHON) -m deploy.local down

status: install ## say of each process whether it is healthy
	@$(PYTHON) -m deploy.local status

reset: install ## delete all data of the local stack
	@$(PYTHON) -m deploy.local reset

test: install ## run the tests, the guard rails and a minute of chaos
	@scripts/test

test-slow: install ## run the tests that kill a process at a chosen instant, start processes over TLS, or erase customers from a whole stack
	@$(PYTHON) -m pytest -n2 --dist loadfile --no-loadscope-reorder -m slow tests

test-browser: install ## run every test in a browser: each page in both languages, light, dark, wide and on a phone
	@$(PYTHON) -m pytest -n0 -m "browser or not chaos" tests/browser

test-speed: install ## measure every page of the console among 100,000 invoices beside the calls it makes
	@$(PYTHON) -m pytest -n0 -s -m speed tests/speed

pictures: install ## take a picture of every page of the console, wide and on a phone, light and dark, in both languages: build/pictures
	@$(PYTHON) -m pytest -n0 -m pictures tests/browser

catalogues: install ## collect the sentences of the console into its catalogues, for translation
	@$(PYTHON) -m services.console.catalogues

check: install ## run the guard rails alone: style, types, who may import whom
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

fmt: install ## format the code and sort the imports
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

migrate: install ## bring the databases of the local stack up to date
	@$(PYTHON) -m deploy.local migrate

migration: install ## write a new, empty migration: make migration SERVICE=billing NAME="add a column"
	@test -n "$(SERVICE)" -a -n "$(NAME)" || { echo 'usage: make migration SERVICE=billing NAME="add a column"'; exit 2; }
	@$(PYTHON) -m chassis.migrations "$(SERVICE)" "$(NAME)"

schemas: install ## write the JSON Schemas and the AsyncAPI document again from contracts/
	@$(PYTHON) -m contracts.generate

replay: install ## run a file of invoices and payments through the stack: make replay FILE=... LIMIT=300 SPEED=86400 SCENARIO=tests/replay/early.yaml KILLS=1 SEED=1
	@test -n "$(FILE)" || { echo 'usage: make replay FILE=path/to/history.csv [LIMIT=300] [SPEED=86400, or fastest: 345600, and half of it each time that the machine is late] [SCENARIO=file.yaml] [KILLS=1 a minute] [SEED=1]'; exit 2; }
	@$(PYTHON) -m tests.replay "$(FILE)" $(if $(LIMIT),--limit "$(LIMIT)") $(if $(SPEED),--speed "$(SPEED)") $(if $(SCENARIO),--scenario "$(SCENARIO)") $(if $(KILLS),--kills "$(KILLS)") $(if $(SEED),--seed "$(SEED)")

chaos: install ## kill processes at random while a portfolio is dunned, and judge the outcome: make chaos INVOICES=500 MINUTES=10 SEED=1
	@$(PYTHON) -m tests.chaos $(if $(INVOICES),--invoices "$(INVOICES)") $(if $(MINUTES),--minutes "$(MINUTES)") $(if $(SEED),--seed "$(SEED)") $(if $(PACE),--pace "$(PACE)")

runbooks: install ## provoke the fault of each runbook on a stack with a Prometheus, and mend it as it says
	@$(PYTHON) -m pytest -n0 -m runbooks tests/runbooks

load: install ## fill a stack with open invoices, pay them while a wave of steps comes due, and judge: make load INVOICES=50000 WAVE=5000 RATE=50 SECONDS=600
	@$(PYTHON) -m tests.load $(if $(INVOICES),--invoices "$(INVOICES)") $(if $(WAVE),--wave "$(WAVE)") $(if $(RATE),--rate "$(RATE)") $(if $(SECONDS),--seconds "$(SECONDS)")

fuzz: install ## ask each service what its OpenAPI document allows and forbids, and look for failures: make fuzz SERVICE=billing SECONDS=120 SEED=1
	@$(PYTHON) -m tests.fuzz $(if $(SERVICE),--service "$(SERVICE)") $(if $(SECONDS),--seconds "$(SECONDS)") $(if $(SEED),--seed "$(SEED)")

disaster: install ## lose Temporal's, the bus' or a database's data on a stack of its own, and bring it back
	@$(PYTHON) -m pytest -n0 -m disaster tests/disaster

replay-histories: install ## replay a sample of a live namespace's workflows against this code: make replay-histories TEMPORAL=host:7233 NAMESPACE=default SAMPLE=100
	@$(if $(TEMPORAL),RELANCE_TEMPORAL_ADDRESS="$(TEMPORAL)") $(if $(NAMESPACE),RELANCE_TEMPORAL_NAMESPACE="$(NAMESPACE)") $(PYTHON) -m workflows.replaying $(if $(SAMPLE),--sample "$(SAMPLE)") $(if $(SEED),--seed "$(SEED)")

upgrade: install ## upgrade the last release while it works, on a stack of its own, and roll it back
	@$(PYTHON) -m pytest -n0 -m upgrade tests/upgrade

check-deploy: install ## check all of deployment that needs no cluster; of your own values: make check-deploy VALUES="mine.yaml"
	@$(PYTHON) $(if $(VALUES),-m deploy.chart check $(VALUES),-m pytest -n0 -v -m 'not smoke' $(DEPLOYED))

test-smoke: install ## play the story of deploy/smoke.sh on a local stack of its own
	@$(PYTHON) -m pytest -n0 -m smoke tests/deploy/smoke

golden: install ## write down what the chart makes of its examples, after a change that is meant
	@$(PYTHON) -m deploy.chart golden

image: ## build the image with buildah: make image BASE=python:3.11.14-slim-bookworm TAG=relance:dev
	@buildah bud --layers --timestamp 0 $(if $(BASE),--build-arg "BASE=$(BASE)") -f deploy/image/Containerfile -t "$(or $(TAG),relance:dev)" .

test-image: install ## build the image on a base of this machine's Debian, twice, and run every role and the whole stack from it
	@$(PYTHON) -m pytest -n0 -m image tests/deploy/image

bench: install ## measure each figure beside its floor and write build/bench.json: make bench FIGURE=enrol ROUNDS=5
	@$(PYTHON) -m tests.bench $(if $(FIGURE),--figure "$(FIGURE)") $(if $(ROUNDS),--rounds "$(ROUNDS)")

clean: ## delete what was installed and built; the data of the local stack stays
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
