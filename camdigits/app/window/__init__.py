"""The live window: keys, mouse, display check."""
