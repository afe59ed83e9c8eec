"""Experiments: the full recipe, writers left out, comparison of systems, MNIST survival."""
