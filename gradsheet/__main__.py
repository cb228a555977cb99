"""``python -m gradsheet``: the command line."""

from gradsheet.cli import main

if __name__ == "__main__":
    main()
