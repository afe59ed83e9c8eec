"""Find candidate regions in an image: ink, printed rules, components. The model is not used."""
