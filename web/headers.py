"""Security headers of every answer: what a browser may load, and from where (only from here)."""

from flask import Flask, Response, request

POLICY: dict[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

# dmn-js writes style attributes, and its watermark must stay where it is: only the designers' pages allow them.
STYLED_PATHS = ("/designer/",)


def init_app(app: Flask) -> None:
    """Set the headers after every request."""
    app.after_request(add_headers)


def content_security_policy(path: str) -> str:
    """The policy of a page by its path."""
    policy = POLICY
    if path.startswith(STYLED_PATHS):
        policy = {**POLICY, "style-src": "'self' 'unsafe-inline'"}
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def add_headers(response: Response) -> Response:
    """Add what is missing; a view that set a header of its own keeps it."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_security_policy(request.path))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
    if request.endpoint != "assets.file":
        headers.setdefault("Cache-Control", "no-store")
    return response
