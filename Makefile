# make run    the page, in an environment of its own
# make test   what CI does: ruff, mypy, pytest
# make test-fast  the tests of a minute, make test-all  all of them: the long ones and every case of the sampled ones
# make bench  the timings behind docs/decisions.md
# make stocks the bundled forecaster, trained from scratch (ten minutes), scored on its own series' later days and on
#             those of UNSEEN, price files of other stocks, beside GARCH
# make stocks-today   the same recipe on all days of all bundled tables, for forecasts of today; no days are left to score
# make voices: the bundled writers, or one of them by name; on one core kjv takes one to two hours, tolstoy three, and
#             doyle, after the first round of tolstoy, one. shakespeare may take its text from a file,
#             TEXT=tinyshakespeare.txt. Whole books are held out of kjv (Romans to Revelation) and of tolstoy (book 15 and
#             the epilogues). Both are trained twice (build/kjv-once, build/tolstoy-once). doyle begins with tolstoy and is
#             taught by three that began with build/tolstoy-once; shakespeare begins with build/shakespeare-more (Macbeth
#             and Twelfth Night held out), and so does that one with a shakespeare of its own
# make space REPO=owner/name: the page as a Space of the Hugging Face Hub (docs/hosting.md)

PYTHON ?= python3
PIP := .venv/bin/python -m pip --disable-pip-version-check install --quiet
PORT ?= 7860
PYTEST_FLAGS ?= -q
PYTEST = .venv/bin/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST_FLAGS)
TEXT ?= tinyshakespeare
UNSEEN ?= $(filter-out %/AAPL.csv,$(wildcard ../shared/data/djia/*.csv))
RECIPE := --wide --market SP500 --newest --near 1 --validation 0.02 --seeds 3
RNNLAB := .venv/bin/python -m rnnlab
RECIPE_shakespeare := --from build/shakespeare-more --epochs 5
RECIPE_shakespeare-more := --epochs 4 --validation 0.045146
HELD_OUT_tolstoy := --validation 0.117925
RECIPE_tolstoy := --from build/tolstoy-once --epochs 6 $(HELD_OUT_tolstoy)
ROUND_kjv := --epochs 4 --validation 0.092823
RECIPE_kjv := --from build/kjv-once $(ROUND_kjv)
# What is read many times wants much dropout, what teachers write wants little.
MUCH := --input-dropout 0.06 --between-dropout 0.36 --output-dropout 0.42 --recurrent-dropout 0.24
LITTLE := --input-dropout 0.0125 --between-dropout 0.075 --output-dropout 0.0875 --recurrent-dropout 0.05
TEACHERS := build/doyle-1 build/doyle-2 build/doyle-3
RECIPE_doyle := --from tolstoy --teacher $(TEACHERS) --teacher-text 3 --epochs 6 $(LITTLE)

# doyle begins with what tolstoy has become
.NOTPARALLEL:
.PHONY: run test test-all test-fast checks bench stocks stocks-today tutorial voices texts shakespeare tolstoy kjv doyle screenshots space clean

run: .venv/run.stamp
	GRADIO_SERVER_PORT=$(PORT) .venv/bin/python app.py

test: checks
	$(PYTEST)

test-all: checks
	$(PYTEST) --all

test-fast: .venv/test.stamp
	$(PYTEST) --fast

checks: .venv/test.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: .venv/run.stamp
	.venv/bin/python -m benchmarks.training
	.venv/bin/python -m benchmarks.forecasting
	.venv/bin/python -m rnnlab bench generation
	.venv/bin/python -m rnnlab bench training
	.venv/bin/python -m rnnlab bench forecast

stocks: .venv/test.stamp
	.venv/bin/python -m rnnlab train forecast --data bundled --until 2015-08-12 $(RECIPE) \
		--out data/checkpoints/stocks --overwrite \
		$(if $(UNSEEN),--garch --unseen $(UNSEEN))

stocks-today: .venv/run.stamp
	.venv/bin/python -m rnnlab train forecast --data today --until 2024-12-30 $(RECIPE) \
		--out data/checkpoints/stocks-today --overwrite

tutorial: .venv/run.stamp
	.venv/bin/python -m rnnlab train forecast --recipe tutorial --data AAPL --seeds 5 --out build/tutorial --overwrite

# A report tells the author apart from those of all texts that have been fetched.
texts: .venv/run.stamp
	for text in $(if $(wildcard $(TEXT)),,$(TEXT)) shakespeare-more tolstoy kjv doyle; do $(RNNLAB) data fetch $$text || exit 1; done

voices: shakespeare tolstoy kjv doyle

build/works-once/config.json: | texts
	$(RNNLAB) train text --data shakespeare-more $(RECIPE_shakespeare-more) --out build/works-once --overwrite

build/shakespeare-once/config.json: build/works-once/config.json
	$(RNNLAB) train text --data $(TEXT) --from build/works-once --out build/shakespeare-once --overwrite

build/shakespeare-more/config.json: build/shakespeare-once/config.json
	$(RNNLAB) train text --data shakespeare-more --from build/shakespeare-once $(RECIPE_shakespeare-more) \
		--out build/shakespeare-more --overwrite

build/kjv-once/config.json: | texts
	$(RNNLAB) train text --data kjv $(ROUND_kjv) --out build/kjv-once --overwrite

build/tolstoy-once/config.json: | texts
	$(RNNLAB) train text --data tolstoy --epochs 12 $(HELD_OUT_tolstoy) --out build/tolstoy-once --overwrite

build/doyle-%/config.json: build/tolstoy-once/config.json
	$(RNNLAB) train text --data doyle --from build/tolstoy-once --seed $* $(MUCH) --out build/doyle-$* --overwrite

shakespeare: build/shakespeare-more/config.json
tolstoy: build/tolstoy-once/config.json
kjv: build/kjv-once/config.json
doyle: $(TEACHERS:=/config.json)
shakespeare: DATA := $(TEXT)
tolstoy kjv doyle: DATA = $@
shakespeare tolstoy kjv doyle: texts
	$(RNNLAB) train text --data $(DATA) $(RECIPE_$@) --out data/checkpoints/$@ --overwrite
	$(RNNLAB) report $@ --keep
	$(RNNLAB) report $@ --presets --keep

space: .venv/run.stamp
	@test -n "$(REPO)" || { echo "Name the Space: make space REPO=owner/name"; exit 2; }
	.venv/bin/python -m rnnlab space $(REPO)

screenshots: .venv/test.stamp
	.venv/bin/python docs/screenshots.py build/screenshots

clean:
	rm -rf .venv build

.venv/run.stamp: requirements.txt
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	touch $@
