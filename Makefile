# make demo     a working boutique in one terminal        (CATALOG=<path> PORT=8000)
# make test     every test, on services of its own         make lint types deploy
# make check    the quick round: all but journeys, trainings and hosts
# make soak     every property on fifty times as many examples
# make mutants  how many defects, put in by chance, the tests notice
# make messages  gathers the texts to translate and compiles the translations (needs GNU gettext)
# make bench    pictures per second  (PICTURES=<folder>, by default those of the demo)

VENV   ?= .venv
PY     := $(VENV)/bin/python
PORT   ?= 8000
PICTURES ?= fashionshop/demo_catalogue/images
JOBS   ?= 2
LANGUAGES := de fr es it ar
CPU    := $(VENV)/.installed-cpu
ALL    := $(VENV)/.installed-all

export OMP_NUM_THREADS ?= 1
# Many container images forbid bytecode: each process that a test starts would compile torch anew.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(PY) -m pytest -n $(JOBS) --dist worksteal

.PHONY: demo install test check soak mutants lint types messages deploy bench

demo: $(CPU)
	$(PY) manage.py demo --port $(PORT) $(if $(CATALOG),--catalog "$(CATALOG)")

install: $(ALL)

test: $(ALL)
	$(PYTEST)

check: $(ALL)
	$(PYTEST) --hypothesis-profile quick --ignore tests/journeys -m "not training and not host"

soak: $(ALL)
	$(PYTEST) --hypothesis-profile soak -m hypothesis

mutants: $(ALL)
	$(PY) -m tests.mutants

lint: $(ALL)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --lint --quiet templates recommender/templates

types: $(ALL)
	$(VENV)/bin/mypy

deploy: $(ALL)
	HTTPS=1 SECRET_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(50))") \
		$(PY) -W error manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

messages: $(ALL)
	$(PY) manage.py makemessages $(addprefix -l ,$(LANGUAGES)) --no-location --no-obsolete --no-wrap \
		$(addprefix -i ,.venv benchmarks docs drawings shared tests var workers)
	$(PY) manage.py compilemessages -i .venv

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
