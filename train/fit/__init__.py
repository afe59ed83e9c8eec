"""Nets, their training loop, and the export to int8."""
