"""Attacks of whoever owns a portal, with canaries that must stay silent."""
