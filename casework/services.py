"""The functions that a service task of a drawing may name, by job type."""

from collections.abc import Mapping

from casework.case_services import case_services
from casework.registry_services import registry_services
from engine.services import Service


def all_services() -> Mapping[str, Service]:
    """Every service of the domain; the composition root puts them into `Database(info={"services": …})`."""
    return {**case_services(), **registry_services()}
