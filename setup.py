"""Compiles the modules that read each page, where there are a C compiler and mypyc; without them they run as they are.

Everything else about the package stands in pyproject.toml.
"""

from __future__ import annotations

import os
import runpy
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten

from setuptools import Distribution, Extension, setup
from setuptools.command.build_ext import build_ext

_PACKAGE = Path("portal_crawler", "extract")
# Run by itself, since its package needs what is not there yet when a package is built.
_COMPILED = runpy.run_path(str(_PACKAGE / "compiled.py"))


class CompileModules(build_ext):
    """Compiles all of the modules or none, and says which. `--force` compiles what is compiled already."""

    def run(self) -> None:
        directory = _COMPILED["directory_of"](_PACKAGE)
        target = Path() if self.inplace else Path(self.build_lib)
        if _COMPILED["is_complete"](target / directory) and not self.force:
            return
        try:
            with TemporaryDirectory() as temporary:
                _put(_compile(directory, Path(temporary)), target / directory)
        # mypyc ends the process for what it cannot compile; whatever it is, the sources give the same results.
        except (Exception, SystemExit) as error:
            why = shorten(f"{type(error).__name__}: {error}", 200)
            print(f"Not compiled, so extraction runs from its sources, and slower: {why}", flush=True)
        else:
            print(f"Compiled extraction into {target / directory}", flush=True)

    def get_outputs(self) -> list[str]:
        return []

    def get_output_mapping(self) -> dict[str, str]:
        return {}


def _compile(directory: Path, temporary: Path) -> Path:
    """The directory of the modules, newly compiled."""
    from mypyc.build import mypycify

    modules = [str(_PACKAGE / f"{name}.py") for name in _COMPILED["MODULES"]]
    library = ".".join((*_PACKAGE.parts, _COMPILED["LIBRARY"].removesuffix("__mypyc")))
    extensions = mypycify(
        [f"--cache-dir={temporary}", "--explicit-package-bases", *modules],
        opt_level="2",
        debug_level="0",
        group_name=library,
        target_dir=str(temporary / "c"),
    )
    if _COMPILED["directory_of"](_PACKAGE) != directory:
        raise RuntimeError("a source was changed while it was compiled")
    for extension in extensions:
        # What a newer compiler warns of is no reason to go without.
        extension.extra_compile_args = [*extension.extra_compile_args, "-Wno-error"]
    command = build_ext(Distribution({"name": "compiled", "ext_modules": extensions}))
    command.build_lib = command.build_temp = str(temporary / "built")
    command.parallel = os.cpu_count()
    command.ensure_finalized()
    command.run()
    return temporary / "built" / _PACKAGE


def _put(built: Path, target: Path) -> None:
    """Modules to where they are looked for, instead of those of other sources for the same Python.

    As a whole and under a name of their own, so that a process that starts meanwhile finds all or none of them, and
    one that runs keeps what it has.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for other in target.parent.glob(f"{target.name.rpartition('_')[0]}_*"):
        shutil.rmtree(other)
    half = target.with_name(f"{target.name}_{os.getpid()}")
    half.mkdir()
    for module in built.iterdir():
        shutil.copy2(module, half)
    half.rename(target)


# The list holds one name of nothing, by which setuptools knows that there is something to build.
setup(
    ext_modules=[Extension("portal_crawler.extract._compiled", [])],
    cmdclass={"build_ext": CompileModules},
)
