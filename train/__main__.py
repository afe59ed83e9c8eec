"""Run `python -m train COMMAND`."""

from train.commands.cli import main

if __name__ == "__main__":
    main()
