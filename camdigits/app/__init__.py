"""What a person starts: the command line, the live window, benchmark and self-check."""
