"""The live window: loop, keys, session state, display check."""
