"""Glyph generators: fonts, stroke skeletons of digits and signs, random signs, warps."""
