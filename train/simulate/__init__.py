"""Rendered pages and clips through a simulated camera, and the glyphs cut from them."""
