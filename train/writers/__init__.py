"""Whose glyphs are written: fonts, stroke skeletons, signs, invented signs, warps."""
