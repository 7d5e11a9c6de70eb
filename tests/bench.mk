# SPDX-License-Identifier: GPL-3.0-or-later
# Measurements of the whole service on this machine; not a test: nothing here passes or fails by a figure.
BENCH_SECONDS ?= 20
bench: all
	/usr/bin/python3 tests/bench/ussd.py --build $(abspath $(BUILD)) --seconds $(BENCH_SECONDS)

.PHONY: bench
