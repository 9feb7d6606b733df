"""The functions that a service task of a drawing may name, by job type."""

from collections.abc import Mapping

from casework import milestones
from casework.case_services import case_services
from casework.closing_services import closing_services
from casework.filing_services import filing_services
from casework.handover_services import handover_services
from casework.institution_services import institution_services
from casework.issue_services import issue_services
from casework.order_services import order_services
from casework.quarter_services import quarter_services
from casework.registry_services import registry_services
from casework.revocation_services import revocation_services
from casework.status_services import status_services
from casework.visit_services import visit_services
from engine.services import Service

ROOMS = (
    case_services,
    closing_services,
    filing_services,
    handover_services,
    institution_services,
    issue_services,
    order_services,
    quarter_services,
    registry_services,
    revocation_services,
    status_services,
    visit_services,
)


def all_services() -> Mapping[str, Service]:
    """Every service of the domain; the composition root puts them into `Database(info={"services": …})`."""
    return {name: milestones.noted(service) for room in ROOMS for name, service in room().items()}
