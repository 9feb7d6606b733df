"""The Flask application: where every blueprint is mounted and every guard is set up."""

from datetime import timedelta

from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, ValidationError

from engine.db import Database
from web import (
    access_tokens,
    admin,
    assets,
    auth,
    beside,
    case_acts,
    cases,
    closures,
    designer,
    errors,
    files,
    filing_batch,
    filing_pipeline,
    filing_sheets,
    filings,
    filters,
    headers,
    importing,
    incidents,
    institution_acts,
    institutions,
    issues,
    language,
    ledger,
    lists,
    modeler,
    modelling,
    navigation,
    officers,
    orders,
    papers,
    phrases,
    public,
    quarters,
    supervisor,
    verifying,
    visits,
    words,
    worklist,
)
from web.counter import Counter, Settings

LARGEST_REQUEST = 25 * 1024 * 1024
LARGEST_ID = 2**63 - 1


class Id(IntegerConverter):
    """A number in an address: there is nothing under one that no row can have."""

    def to_python(self, value: str) -> int:
        number = int(super().to_python(value))
        if number > LARGEST_ID:
            raise ValidationError
        return number


def create_app(database: Database, settings: Settings) -> Counter:
    """The application on one database. Two of them in one process do not disturb each other."""
    app = Counter(__name__)
    app.database, app.settings = database, settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="__Host-xiaohao" if settings.secure_cookies else "xiaohao",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        TESTING=settings.testing,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.converters["int"] = Id
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    for room in (
        assets,
        headers,
        language,
        filters,
        words,
        errors,
        auth,
        navigation,
        worklist,
        files,
        cases,
        case_acts,
        issues,
        orders,
        lists,
        visits,
        officers,
        closures,
        ledger,
        quarters,
        filings,
        filing_sheets,
        papers,
        verifying,
        filing_batch,
        filing_pipeline,
        institutions,
        institution_acts,
        beside,
        phrases,
        public,
        supervisor,
        importing,
        incidents,
        designer,
        modelling,
        access_tokens,
        modeler,
        admin,
    ):
        room.init_app(app)
    return app
