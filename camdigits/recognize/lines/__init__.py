"""Read whole lines: the digits and signs of a number together."""
