"""What the crawler is measured with: `make bench` and `make score`."""
