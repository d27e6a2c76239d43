# Two commands do everything: `make run` opens the app, `make test` runs every check.
PYTHON ?= python3
BIN = .venv/bin
BABEL = $(BIN)/python -m babel.messages.frontend

.PHONY: run test versions oldest newest messages

run: .venv/run
	$(BIN)/streamlit run app.py

test: .venv/test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	node --test --test-reporter=dot tests/assets/
	$(BIN)/pytest -n 2 --dist loadgroup

# Each command and page once, installed as users install it: with the oldest versions that
# pyproject.toml allows, and with the newest that there are. (The pip that comes with Python may be
# years old, and takes three times as long to find versions.)
versions: oldest newest

oldest newest: build/oldest.txt
	$(PYTHON) -m venv --clear build/$@
	build/$@/bin/pip install --quiet --upgrade pip
	build/$@/bin/pip install --quiet --no-compile --constraint build/$@.txt '.[postgresql]'
	cd / && $(CURDIR)/build/$@/bin/python -P $(CURDIR)/tests/smoke.py

build/oldest.txt: pyproject.toml tests/oldest.py
	mkdir -p build
	$(PYTHON) tests/oldest.py > build/oldest.txt
	: > build/newest.txt

# After a change of interface strings: what is new waits in simulator/words/locale for its translation.
messages: .venv/test
	mkdir -p build
	$(BABEL) extract --mapping pyproject.toml --add-location file --output build/pullscope.pot .
	$(BABEL) update --input build/pullscope.pot --domain pullscope --output-dir simulator/words/locale \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100

.venv/run: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/test: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@
