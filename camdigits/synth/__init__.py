"""Synthetic pages for the demo clip and the benchmark.

- `handwriting`: render digits from stroke skeletons.
- `paper`: render paper, desk, light, ink and sensor noise.
"""
