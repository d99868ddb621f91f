"""`python -m portal_crawler` is the console script."""

from portal_crawler.cli import main

if __name__ == "__main__":
    main(prog_name="portal-crawler")
