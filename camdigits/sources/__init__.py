"""Where frames come from: one module per kind of source; `opening.open_source` picks one."""
