"""`python -m actiontrail`: the command line, for those without the script on their path."""

from actiontrail.cli.main import run

if __name__ == "__main__":
    run()
