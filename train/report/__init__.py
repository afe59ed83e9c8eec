"""Look into a trained model: one HTML page with everything that can be told of it.

    python -m train report models/digits.tflite

The page is whole in itself: pictures are part of it, nothing is loaded from elsewhere, no script
runs. The figures also lie beside it as PNGs. About a minute. Where the run of `fit` that the model
came from is still there, its training curves and its float net are told of too.
"""

from train.report.write import write_report as write_report
