"""The reader in a browser: live picture, photos, drawing, the visitor's camera, and readings.

Imported only by `camdigits serve`; needs the extra [serve].
"""
