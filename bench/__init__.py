"""Measurements, side by side with the peers: `python -m bench` writes docs/performance.md."""
