# make demo     a working boutique in one terminal        (CATALOG=<path> PORT=8000)
# make test     every test, on services of its own         make lint types
# make bench    pictures per second  (PICTURES=<folder>, by default those of the demo)

VENV   ?= .venv
PY     := $(VENV)/bin/python
PORT   ?= 8000
PICTURES ?= fashionshop/demo_catalogue/images
CPU    := $(VENV)/.installed-cpu
ALL    := $(VENV)/.installed-all

export OMP_NUM_THREADS ?= 1

.PHONY: demo install test lint types bench

demo: $(CPU)
	$(PY) manage.py demo --port $(PORT) $(if $(CATALOG),--catalog "$(CATALOG)")

install: $(ALL)

test: $(ALL)
	$(PY) -m pytest

lint: $(ALL)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --lint --quiet templates recommender/templates

types: $(ALL)
	$(VENV)/bin/mypy

bench: $(ALL)
	$(PY) benchmarks/encode.py $(PICTURES)

# What a CPU shop needs; a virtual environment that has everything has this too.
$(CPU): requirements-cpu.txt requirements-web.txt
	@test -x $(PY) || python3 -m venv $(VENV)
	@test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/uv pip install --quiet --python $(PY) -r requirements-cpu.txt
	@touch $@

$(ALL): $(CPU) requirements.txt
	$(VENV)/bin/uv pip install --quiet --python $(PY) -r requirements.txt
	@touch $@
