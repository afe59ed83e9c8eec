"""Benchmarks of the whole reader: photos, sudokus, touching pairs, turned pages, clips."""
