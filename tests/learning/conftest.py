"""A running Aratohu, as the tests of the main job have it."""

from tests.main_job.conftest import running, staffed

__all__ = ["running", "staffed"]
