# `make bench`: measures in an environment of its own, with the simulators that can be installed here.
BENCH_VENV := .venv-bench
BENCH_PYTHON := $(BENCH_VENV)/bin/python

.PHONY: bench
bench: $(BENCH_VENV)/.ready  ## Measure the speed against C, NumPy, JAX, Brian2 and NEST (twenty minutes)
	PATH="$(CURDIR)/$(BENCH_VENV)/bin:$$PATH" $(BENCH_PYTHON) -m benchmarks $(BENCH_OPTIONS)

$(BENCH_VENV)/.ready: benchmarks/requirements.txt benchmarks/requirements-rivals.txt
	"$(PYTHON)" -m venv $(BENCH_VENV)
	$(BENCH_PYTHON) -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	while read -r rival; do \
		$(BENCH_PYTHON) -m pip install --quiet --disable-pip-version-check -c benchmarks/requirements.txt $$rival \
		|| echo "Left out, since it cannot be installed here: $$rival"; \
	done < benchmarks/requirements-rivals.txt
	@touch $@
