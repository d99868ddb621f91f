"""The one spider, which walks the channels of any portal."""
