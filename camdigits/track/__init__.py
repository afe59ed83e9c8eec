"""Digits and numbers over time: the only memory between frames."""
