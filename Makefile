# GridCare. `make help` lists everything; `make up` and `make test` do all the installing they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := $(CURDIR)/.tools/bin/uv
PY := .venv/bin/python
ENGINE_PY := bot/engine/.venv/bin/python
RUN := .run
FAST := not model and not e2e and not browser and not slow
SIZE ?= 2000
export RASA_TELEMETRY_ENABLED := false
export PYTHONPATH := $(CURDIR)
export PORT_GATEWAY PORT_ENGINE PORT_ACTIONS PORT_BACKEND PORT_WECHAT PORT_VOICE PORT_EVENTS

.PHONY: help setup web train up chat call voice-model voice-test vxml wechat-menu openapi help-pictures agent audit-verify seed test check lint types test-services test-engine coverage test-model test-e2e test-web evaluate-nlu evaluate-intents learning-curve robustness bench bench-grid mutate lock system-packages clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# ---- installing -------------------------------------------------------------------------------------------------

.tools/stamp-$(UV_VERSION):
	@command -v python3 >/dev/null || { echo "python3 (3.11 or later) is missing: install it with your package manager"; exit 1; }
	@echo "- installing uv $(UV_VERSION)"
	@python3 -m venv .tools && .tools/bin/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/stamp: requirements/dev.lock .tools/stamp-$(UV_VERSION)
	@echo "- installing the services' packages (Python 3.11 or later)"
	@[ -x $(PY) ] || $(UV) venv -q --python '>=3.11' .venv
	@$(UV) pip sync -q --require-hashes --python .venv requirements/dev.lock
	@touch $@

bot/engine/.venv/stamp: requirements/engine-dev.lock .tools/stamp-$(UV_VERSION)
	@echo "- installing the engine's packages (Python 3.10, Rasa)"
	@[ -x $(ENGINE_PY) ] || { cd bot/engine && $(UV) venv -q --python 3.10 .venv; }
	@$(UV) pip sync -q --require-hashes --python bot/engine/.venv requirements/engine-dev.lock
	@touch $@

$(RUN)/stock-venv/stamp: requirements/stock.lock .tools/stamp-$(UV_VERSION)
	@echo "- installing stock Rasa for the comparison"
	@[ -x $(RUN)/stock-venv/bin/python ] || { cd bot/engine && $(UV) venv -q --python 3.10 $(CURDIR)/$(RUN)/stock-venv; }
	@$(UV) pip sync -q --require-hashes --python $(RUN)/stock-venv requirements/stock.lock
	@touch $@

setup: .venv/stamp bot/engine/.venv/stamp ## install both Python environments from their locks

web/node_modules/.stamp: web/package-lock.json
	@command -v npm >/dev/null || { echo "npm (Node.js 20.19, 22.12 or 24 and later) is missing: install it with your package manager"; exit 1; }
	@echo "- installing the web packages"
	@cd web && npm ci --silent --no-audit --no-fund
	@touch $@

WEB_SOURCES := $(shell find web -path '*/node_modules' -prune -o -path '*/dist' -prune -o -type f \( -name '*.ts' -o -name '*.html' -o -name '*.css' -o -name '*.json' -o -name '*.svg' \) -print 2>/dev/null)
web/dist/.stamp: web/node_modules/.stamp $(WEB_SOURCES)
	@echo "- building the chat widget"
	@cd web && npm run --silent build
	@touch $@

web: web/dist/.stamp ## build the widget and the demo page

train: setup ## train the engine (only when its data changed)
	@$(ENGINE_PY) -m bot.engine.train

$(RUN)/backend.db: | .venv/stamp
	@$(MAKE) seed

agent: .venv/stamp ## create or renew an agent: NAME=a01 DISPLAY=小王 ROLES=agent,lead SKILLS=billing TOTP=1
	@$(PY) -m scripts.agents create $(NAME) $(if $(DISPLAY),--display $(DISPLAY)) $(if $(ROLES),--roles $(ROLES)) $(if $(SKILLS),--skills $(SKILLS)) $(if $(TOTP),--totp)

audit-verify: .venv/stamp ## check that the console's audit trail is unbroken
	@$(PY) -m scripts.agents audit-verify

seed: .venv/stamp ## fill the reference company system; SIZE=households
	@mkdir -p $(RUN)
	@echo "- seeding the company system with $(SIZE) households"
	@GRIDCARE_BACKEND_DB=$${GRIDCARE_BACKEND_DB:-sqlite:///$(CURDIR)/$(RUN)/backend.db} $(PY) -m backend.seed --size $(SIZE)

# ---- running ----------------------------------------------------------------------------------------------------

up: setup web train $(RUN)/backend.db ## install, build, train, start everything and print the addresses
	@exec $(PY) -m scripts.supervisor

chat: .venv/stamp ## talk to the running system in the terminal
	@$(PY) -m scripts.chat

call: .venv/stamp ## ring the running telephone line and press keys: STEPS="12s 2 10s 0 12s"
	@$(PY) -m scripts.softphone 127.0.0.1:$$(( $(or $(PORT_VOICE),8097) + 1 )) $(STEPS)

voice-test: .venv/stamp system-packages ## the telephone line for a quarter of an hour: SIPp, baresip, fuzzing, fifty callers at once
	@GRIDCARE_LONG=1 $(PY) -m pytest tests/voice/sip tests/voice/test_policy.py -n 0
	@$(PY) -m benchmarks.line

voice-model: .venv/stamp ## train the line's own recogniser from made speech (half an hour) into .run/voice-model
	@command -v espeak-ng >/dev/null || { echo "espeak-ng is missing: install it (Debian name)"; exit 1; }
	@[ -x $(RUN)/voice-venv/bin/python ] || python3 -m venv $(RUN)/voice-venv
	@$(RUN)/voice-venv/bin/python -m pip install -q --disable-pip-version-check -r scripts/voice_model/requirements.txt
	@OMP_NUM_THREADS=1 $(RUN)/voice-venv/bin/python -m scripts.voice_model.train $(RUN)/voice-model
	@$(RUN)/voice-venv/bin/python -m scripts.voice_model.evaluate $(RUN)/voice-model

vxml: .venv/stamp ## the voice line's VoiceXML and jambonz doors, for a telephone platform of the company's own
	@$(PY) -m bot.voice.doors

wechat-menu: .venv/stamp ## create or update the menu of the official accounts in GRIDCARE_WECHAT_ACCOUNTS
	@$(PY) -m bot.channels.wechat.menu

openapi: .venv/stamp ## describe the HTTP interfaces anew, after a route or a shape was changed: docs/api
	@$(PY) -m scripts.openapi

help-pictures: web ## take the pictures of the operation help again, from the system that `make up` has started
	@cd web && GRIDCARE_E2E_URL=$${GRIDCARE_E2E_URL:-http://127.0.0.1:8080} GRIDCARE_E2E_WECHAT=$${GRIDCARE_E2E_WECHAT:-http://127.0.0.1:8095/} node help/pictures.mjs

# ---- checking ---------------------------------------------------------------------------------------------------

DEBIAN := chromium fonts-noto-cjk postgresql espeak-ng libxml2-utils w3c-sgml-lib sip-tester baresip linphone-cli kamailio
system-packages:
	@missing=""; for p in $(DEBIAN); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "- installing$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else echo "missing for the tests: install$$missing (Debian names)"; exit 1; fi

check: setup ## the fast set: lint, types, unit and house tests, side by side
	@$(MAKE) -j4 -O lint types test-services test-engine

lint: .venv/stamp
	@.venv/bin/ruff check -q . && .venv/bin/ruff format -q --check .

types: .venv/stamp
	@.venv/bin/mypy

test-services: .venv/stamp
	@$(PY) -m pytest tests -n logical --dist worksteal -m "$(FAST)" --ignore tests/engine

test-engine: bot/engine/.venv/stamp
	@$(ENGINE_PY) -m pytest tests/engine --disable-warnings

coverage: .venv/stamp ## which lines the fast set runs
	@.venv/bin/coverage run --source=actions,backend,bot,demo,scripts --omit='bot/engine/*,scripts/voice_model/*' -m pytest tests -m "$(FAST)" --ignore tests/engine
	@.venv/bin/coverage report --skip-covered --sort=cover

test-model: train
	@$(PY) -m pytest tests -m "(model or slow) and not e2e and not browser" --ignore tests/engine

test-web: web
	@cd web && npm test --silent

test-e2e: system-packages train web
	@$(PY) -m pytest tests -m "e2e or browser" --ignore tests/engine

test: system-packages check test-web test-model test-e2e ## install what is missing and run every test

evaluate-nlu: train ## how well sentences are understood: FILE=sentences.jsonl, SET=--fresh, else the frozen set
	@mkdir -p $(RUN); [ -n "$(FILE)" ] || $(PY) -m benchmarks.frozen $(SET) $(RUN)/frozen.jsonl 2>/dev/null
	@scripts/evaluate_nlu $(or $(FILE),$(RUN)/frozen.jsonl)

evaluate-intents: setup ## the intent model on a table of your own: TRAIN=a.tsv TEST=b.tsv
	@scripts/evaluate_intents --train $(TRAIN) --test $(TEST)

learning-curve: setup ## what more training data would buy
	@$(ENGINE_PY) -m benchmarks.learning_curve

robustness: train ## what greetings, stories, blanks, mishearing and pinyin cost
	@$(ENGINE_PY) -W ignore -m benchmarks.robustness

mutate: .venv/stamp ## does a test notice when a line is changed? SET=core or services, FILES="bot/core/queue.py", DRAW=100, SEED=2
	@for set in $(or $(SET),core services); do $(PY) -m scripts.mutate $$set $(FILES) $(if $(DRAW),--draw $(DRAW)) $(if $(SEED),--seed $(SEED)); done

bench-grid: .venv/stamp ## outages found in made-up storms, beside threshold rules; STORMS=21, SPEED=1 for times on 30,000 and 300,000 meters only
	@$(PY) -m benchmarks.grid $(if $(STORMS),--storms $(STORMS)) $(if $(SPEED),--speed)

bench: setup train $(RUN)/stock-venv/stamp ## ours beside stock Rasa, in one run on this machine
	@$(PY) -m benchmarks

# Each lock of the production environments holds the versions of the development lock above it.
COMPILE = $(UV) pip compile -q --universal --generate-hashes --no-header $(if $(UP),$(if $(filter all,$(UP)),--upgrade,--upgrade-package $(UP)))
lock: .tools/stamp-$(UV_VERSION) ## write the hash locks anew after an edit: UP=name upgrades one package, UP=all every one
	@$(COMPILE) --python-version 3.11 --group dev pyproject.toml -o requirements/dev.lock
	@$(COMPILE) --python-version 3.11 -c requirements/dev.lock --group actions pyproject.toml -o requirements/actions.lock
	@$(COMPILE) --python-version 3.11 -c requirements/dev.lock pyproject.toml -o requirements/services.lock
	@cd bot/engine && $(COMPILE) --python-version 3.10 --group dev pyproject.toml -o ../../requirements/engine-dev.lock
	@cd bot/engine && $(COMPILE) --python-version 3.10 -c ../../requirements/engine-dev.lock pyproject.toml -o ../../requirements/engine.lock
	@cd benchmarks/stock && $(COMPILE) --no-config --python-version 3.10 requirements.in -o ../../requirements/stock.lock

clean: ## remove everything that make made, the data of the demo included
	@rm -rf .tools .venv bot/engine/.venv web/node_modules web/dist models $(RUN) .mypy_cache .ruff_cache .pytest_cache .hypothesis
