"""Where readings and pictures go: JSON Lines, CSV, video files, folders of pictures, a window.

Each is a module of its own, imported only by those who need it: nothing is loaded here.
"""
