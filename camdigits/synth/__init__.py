"""Synthetic handwriting and paper, for the demo clip and the benchmark."""
