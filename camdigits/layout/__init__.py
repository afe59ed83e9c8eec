"""Drop implausible digits and group digits into numbers, from boxes and labels only."""
