"""Profiles: one TOML file a portal, and what a crawl's target means.

A profile only sharpens what the generic rules do. `load_profile` reads one file strictly, `load_profiles`
gives the bundled ones by id, `targets_of` turns a province into its portals, and `find_portal` a portal's id or
name or a URL into a portal and the channels to walk.
"""

from portal_crawler.portals.profile import (
    PROFILES,
    ProfileError,
    load_profile,
    load_profiles,
    profile_files,
)
from portal_crawler.portals.province import PROVINCES, province_named
from portal_crawler.portals.target import TargetError, find_portal, targets_of

__all__ = [
    "PROFILES",
    "PROVINCES",
    "ProfileError",
    "TargetError",
    "find_portal",
    "load_profile",
    "load_profiles",
    "profile_files",
    "province_named",
    "targets_of",
]
