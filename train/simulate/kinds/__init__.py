"""Render labelled pages of the kinds that people point a camera at.

A page is drawn in four steps: writing (`writing`), print and rules on the paper (`printed`,
`rulings`), what the paper lies on (`surfaces`), and the camera (`capture`). `pages` names the
kinds.
"""
