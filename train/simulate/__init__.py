"""Simulated pages and clips: writing, camera, and the glyphs cut from them."""
