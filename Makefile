# make demo     a working boutique in one terminal        (CATALOG=<path> PORT=8000)
# make test     every test, on services of its own         make lint types deploy
# make check    the quick round: all but journeys, trainings and hosts
# make chaos    kills workers, Redis and PostgreSQL and counts what is lost  (CHAOS_JOBS=1026)
# make properties  every property on two hundred times as many examples
# make soak     an hour of mixed load on the demo shop: what grows, fails or is lost  (SOAK_MINUTES=60)
# make mutants  how many defects, put in by chance, the tests notice
# make messages  gathers the texts to translate and compiles the translations (needs GNU gettext)
# make locks    every package with its hashes, after a change of requirements*.txt
# make licences sbom   the licences of all packages; a CycloneDX list of them in var/sbom.json
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

# A package is installed only as it was when it was locked; UNLOCKED=1 takes torch from another index.
LOCKED := $(if $(UNLOCKED),requirements.txt requirements-cpu.txt,--require-hashes locks/all.txt locks/cpu.txt)
INSTALL := $(VENV)/bin/uv pip install --quiet --python $(PY) $(filter --%,$(LOCKED)) -r
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.PHONY: demo install test check chaos properties soak mutants lint types messages deploy locks licences sbom bench

demo: $(CPU)
	$(PY) manage.py demo --port $(PORT) $(if $(CATALOG),--catalog "$(CATALOG)")

install: $(ALL)

test: $(ALL)
	$(PYTEST) -m "not chaos"

check: $(ALL)
	$(PYTEST) --ignore tests/journeys --ignore tests/chaos -m "not training and not host"

chaos: $(ALL)
	$(PYTEST) -n 0 -m chaos tests/chaos

properties: $(ALL)
	$(PYTEST) --hypothesis-profile many -m hypothesis

soak: $(ALL)
	$(PY) -m tests.soak

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

locks: $(CPU)
	$(LOCK) requirements-web.txt -o locks/web.txt
	$(LOCK) requirements-cpu.txt -c locks/web.txt -o locks/cpu.txt
	$(LOCK) requirements.txt -c locks/cpu.txt -o locks/all.txt

licences: $(ALL)
	@printf '# Licences\n\nOf every package that `requirements.txt` brings on Linux, as each states it: `make licences`.\n\n' > docs/licences.md
	$(VENV)/bin/uv tool run --quiet --from pip-licenses==5.5.5 pip-licenses --python $(PY) --from mixed \
		--format markdown --with-system >> docs/licences.md

sbom: $(ALL)
	@mkdir -p var
	$(VENV)/bin/uv tool run --from cyclonedx-bom==7.2.1 cyclonedx-py environment $(PY) -o var/sbom.json

bench: $(ALL)
	$(PY) benchmarks/encode.py $(PICTURES)

# What a CPU shop needs; a virtual environment that has everything has this too.
$(CPU): requirements-cpu.txt requirements-web.txt locks/cpu.txt
	@test -x $(PY) || python3 -m venv $(VENV)
	@test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check uv
	$(INSTALL) $(lastword $(LOCKED))
	@touch $@

$(ALL): $(CPU) requirements.txt locks/all.txt
	$(INSTALL) $(firstword $(filter-out --%,$(LOCKED)))
	@touch $@
