import os

from hypothesis import settings

from tests import leaks

# No deadline: a slow machine is no bug. No database: a run depends on nothing that another run has left behind.
settings.register_profile("chainrule", deadline=None, database=None, derandomize="CI" in os.environ)
settings.load_profile("chainrule")


def pytest_configure(config):
    # Registered, not imported: a fixture of this file would not reach the doctests outside of this folder.
    config.pluginmanager.register(leaks, "leaks")
