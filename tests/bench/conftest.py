"""Benchmarks are run by hand, each as a program; they are no modules to collect."""

from __future__ import annotations

collect_ignore_glob = ["bench_*.py"]
