"""The HTML report about a model, and pictures of what the reader does with an image."""
