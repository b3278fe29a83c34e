# What can be done here. make help lists it; each target sets up first what it needs and does not find.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run stop train converse conversations fuzz plain evaluate bench-nlu tune-encoder pictures test test-learning check format lock upgrade clean

app := .venv/app/bin/python
bot := .venv/bot/bin/python
setup := python3 -m scripts.environment

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## Set up, train where something changed, start everything; Ctrl-C stops it
	@./aratohu run

stop: ## Stop what make run started
	@./aratohu stop

train: ## Train the assistant where examples, domain, catalogue or configuration changed
	@./aratohu train

converse: ## Talk with the assistant in the terminal, or play a written conversation (ARGS=having_a_baby)
	@./aratohu converse $(ARGS)

conversations: ## Play every written conversation and report turns to plan and to start for each life event
	@./aratohu converse --all

fuzz: ## Play 2,000 random turns and look for dead ends, loops and errors (ARGS="--seed 7" for others)
	@./aratohu converse --fuzz 2000 $(ARGS)

plain: ## Report on plain language: reading grade, sentences, jargon, spelling, the worst texts
	@$(setup) dev
	@$(app) -m scripts.plain $(ARGS)

evaluate: ## Measure recognition on the evaluation sets (ARGS=… for other files)
	@./aratohu evaluate $(ARGS)

bench-nlu: ## Compare recognition with Rasa's default pipeline and others, same data
	@./aratohu benchmark $(ARGS)

tune-encoder: ## Tune the sentence encoder on the examples and export it (a tool: installs torch for itself; an hour)
	@$(setup) encoder
	@.venv/encoder/bin/python -m bot.encoder.tune $(ARGS)

pictures: ## Take the README's pictures anew: the tests of the pages make them
	@$(setup) dev bot-dev front-end browser
	@$(app) -m pytest -q tests/main_job/pages/test_states.py
	@for name in landing plan kept-plan; do cp artefacts/$$name-en-1280.png docs/pictures/$$name.png; done
	@cp artefacts/crisis-en-320.png docs/pictures/crisis-small.png

test: ## Set up, check the style, and run every test (ARGS=… for pytest)
	@$(setup) dev bot-dev front-end browser
	@./aratohu train
	@scripts/test $(ARGS)

test-chaos: ## Many applications over all agencies, faults on, the program killed (ARGS="--workflows 500 --kills 15")
	@$(setup) dev
	@$(app) -m tests.chaos $(ARGS)

test-learning: ## Learn from a correction for real: train, refuse, promote while people talk, roll back (minutes)
	@$(setup) dev bot-dev front-end browser
	@$(app) -m pytest tests/learning $(ARGS)

check: ## Lint, format, types, floors, catalogue and training examples
	@$(setup) dev bot
	@scripts/check

format: ## Put the code into shape
	@$(setup) dev
	@$(app) -m ruff check --fix .
	@$(app) -m ruff format .

lock: ## Write the lock files anew after a change to requirements/*.in or package.json
	@$(setup) lock

upgrade: ## Raise every library to its newest release that fits
	@$(setup) upgrade

clean: ## Remove what was installed, built and trained; keeps the data folder's databases
	@./scripts/clean
