"""Regions to labels: glyphs, the digit net, and everything that uses its predictions."""
