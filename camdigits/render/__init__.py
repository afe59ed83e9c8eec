"""Results to pictures: overlay, debug view, status bar."""
