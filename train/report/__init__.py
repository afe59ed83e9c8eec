"""The HTML report about a model, and pictures of the reader's stages."""
