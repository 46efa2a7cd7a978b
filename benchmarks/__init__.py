"""Measured claims: `make bench`, or `python -m benchmarks [NAME…] [--quick]`; ratios are taken within one run."""
