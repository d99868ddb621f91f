"""Errors as a shell sees them: the exit codes, one line on standard error, a traceback for bugs alone."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Any

import click

from portal_crawler.archive import ArchiveError
from portal_crawler.cli.output import plain
from portal_crawler.portals import ProfileError, TargetError
from portal_crawler.store import StorageError

BUG, USAGE, FAILED, BLOCKED, STORAGE, INTERRUPTED = 1, 2, 3, 4, 7, 130
_NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO))


class Failure(click.ClickException):
    """An end with a message and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(plain(message))
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class and reads the instance


class Commands(click.Group):
    """The group of all commands, which gives every error its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except (ProfileError, TargetError) as error:
            raise Failure(str(error), USAGE) from error
        except (StorageError, ArchiveError) as error:
            raise Failure(str(error), STORAGE) from error
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read our output has had enough. What is still buffered goes nowhere, without complaint.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise Failure(f"{error.filename or 'output'}: {error.strerror}", STORAGE) from error
            # Line by line, since what a page said may stand in it.
            for line in traceback.format_exc().splitlines():
                click.echo(plain(line), err=True)
            raise Failure(f"bug: {type(error).__name__}: {error}", BUG) from error
