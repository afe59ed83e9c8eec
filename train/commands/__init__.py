"""The command-line entry points of `python -m train`."""
