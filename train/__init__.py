"""Makes the model: run from a checkout, `python -m train --help`."""
