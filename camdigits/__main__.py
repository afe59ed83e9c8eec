"""`python -m camdigits` is the command `camdigits`."""

from camdigits.app.cli import main

if __name__ == "__main__":
    main()
