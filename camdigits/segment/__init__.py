"""Pixels to regions: ink, printed rules, components, candidate regions. Never uses the model."""
