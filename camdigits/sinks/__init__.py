"""Where results go: one module per kind of output, imported only when it is used."""
