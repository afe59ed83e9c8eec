"""Boxes and labels only: which digits are plausible, and which ones form a number."""
