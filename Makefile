# Two commands: `make run` shows the product, `make test` runs all checks. Both prepare what they need, and may be repeated.

.POSIX:
.DEFAULT_GOAL := help
.PHONY: help run test bench conformance random fuzz pages fmt pictures papers words islands locks clean

VENV := .venv
PYTHON_BIN := $(VENV)/bin/python
UV := UV_PYTHON=$(PYTHON_BIN) $(VENV)/bin/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

help: ## say what there is
	@grep -E '^[a-z]+:.*## ' Makefile | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: $(VENV)/app.stamp ## install everything, load the demo province, serve it on http://127.0.0.1:8000 (more: make run ARGS="--help")
	@scripts/system-packages.sh run
	@exec $(PYTHON_BIN) -m xiaohao run $(ARGS)

test: $(VENV)/test.stamp ## format, lint, types, imports, tests on both databases, browser, built files fresh
	@scripts/system-packages.sh
	@scripts/check.sh

bench: $(VENV)/test.stamp ## measure and write docs/performance.md
	@scripts/peers.sh
	@$(PYTHON_BIN) -m bench $(ARGS)

conformance: $(VENV)/test.stamp ## other people's suites; writes docs/conformance.md
	@$(PYTHON_BIN) -m tests.conformance $(ARGS)

random: $(VENV)/test.stamp ## 3,000 random processes of each kind on 5 paths, with store and reload after every step; half an hour
	@nice -n 19 $(PYTHON_BIN) -m tests.engine.bpmn.wandering $(or $(ARGS),3000x5)

fuzz: $(VENV)/test.stamp ## ten minutes of expressions and decision files that nobody would write
	@$(PYTHON_BIN) -m tests.engine.feel.test_fuzz 600

fmt: $(VENV)/test.stamp ## format the code and mend what lint can mend
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

pages: $(VENV)/test.stamp ## write the generated pages of docs/ again
	@$(PYTHON_BIN) -m tests.manual

pictures: $(VENV)/test.stamp ## take the pictures of the pages in docs/pictures again
	@XIAOHAO_PICTURES=1 $(PYTHON_BIN) -m pytest -q -p no:cacheprovider tests/browser -k story

papers: $(VENV)/test.stamp ## write the templates of official papers again and render them into docs/papers
	@$(PYTHON_BIN) scripts/paper_templates.py
	@$(PYTHON_BIN) -m tests.paper_pictures

words: $(VENV)/test.stamp ## collect the sentences of the house into web/translations, say which have no words yet
	@$(PYTHON_BIN) -m web.catalogues update

islands: ## build web/static/dist from web/islands (needs Node.js 20)
	@cd web/islands && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build

locks: $(VENV)/test.stamp ## compile requirements/*.in to exact versions with hashes; versions move only where a *.in demands it
	@for name in tools app test bench; do \
	  if [ -f requirements/$$name.in ]; then echo "→ requirements/$$name.txt"; $(LOCK) requirements/$$name.in -o requirements/$$name.txt; fi; \
	done

clean: ## forget the environment and caches; data/ is left alone
	rm -rf $(VENV) .venv-* .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info

$(VENV)/app.stamp: requirements/tools.txt requirements/app.txt pyproject.toml scripts/environment.sh
	@scripts/environment.sh app
	@touch $@

$(VENV)/test.stamp: requirements/tools.txt requirements/test.txt pyproject.toml scripts/environment.sh
	@scripts/environment.sh test
	@touch $@ $(VENV)/app.stamp
