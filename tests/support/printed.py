"""Shapes on sheets, as the bars that the fixture `sheet` draws."""


def rectangle(x, y, width, height, pen=2):
    """Return the four sides of a printed box."""
    return [
        (x, y, width, pen),
        (x, y + height - pen, width, pen),
        (x, y, pen, height),
        (x + width - pen, y, pen, height),
    ]


SIX = [(116, 60, 6, 40), (116, 78, 22, 6), (116, 94, 22, 6), (132, 78, 6, 22)]
