"""Run the stages of reading on an image, and search for its orientation and scale.

`run` states the order of the stages, once; `search` runs them again on a rotated, straightened,
softened or closer image and keeps the reading with the surest digits.
"""

from camdigits.stages.passes import Classified, Pass, surest_pass
from camdigits.stages.run import Stages
from camdigits.stages.search import Search

__all__ = ["Classified", "Pass", "Search", "Stages", "surest_pass"]
