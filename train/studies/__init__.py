"""Experiments: the full recipe, left-out writers, comparison of systems, MNIST survival."""
